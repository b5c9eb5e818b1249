"""How many insertions, removals and replacements lead from one sequence to another (Levenshtein 1966)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def edit_distance(one: Sequence[object], other: Sequence[object], most: int) -> int:
    """Return the distance of two sequences; `most` + 1 as soon as it is known to be more than `most`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    row = list(range(len(other) + 1))
    for number, mine in enumerate(one, start=1):
        before, row[0] = row[0], number
        for column, theirs in enumerate(other, start=1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + (mine != theirs))
        if min(row) > most:
            return most + 1
    return row[-1]
