"""Values of one list that folding makes the same: told as warnings, `file:line: what is doubtful; what to do`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voiced.grammar.definitions import TextList
from voiced.grammar.joints import words_of
from voiced.grammar.normalize import normalize

_PLAIN_LETTERS = re.compile("[A-Za-z ]*").fullmatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.grammar.definitions import Scope, TextValue
    from voiced.grammar.folding import Folding


def same_spellings(scopes: Iterable[Scope]) -> Iterator[str]:
    """Yield a warning for each value that is spelt like an earlier one of its list once both are folded."""
    told: set[tuple[int, int]] = set()  # values may be in several lists
    for scope in scopes:
        for name, definition in scope.lists.items():
            if isinstance(definition, TextList):
                yield from _same_in(name, definition, scope.folding, told)


def _same_in(name: str, definition: TextList, folding: Folding, told: set[tuple[int, int]]) -> Iterator[str]:
    # Ten thousand names of plain letters cannot be folded to one another.
    values = [value for value in definition.values if value.plain]
    if all(_PLAIN_LETTERS(value.said.text) for value in values):
        return
    # Each value is compared with the first that looks like it, so this is linear however many are alike.
    first: dict[str, TextValue] = {}
    for value in values:
        other = first.setdefault(_folded(value, folding), value)
        # Equal as they are written: that is another fault than folding's.
        pair = (id(other), id(value))
        if other.value != value.value and pair not in told and _exact(other) != _exact(value):
            told.add(pair)
            yield (
                f"{value.said.where}: in the list '{name}' '{value.said.text}' and '{other.said.text}' "
                f"({other.said.where}) are told apart by accents or spaces alone; rename one of them, or write "
                "'folding: false'"
            )


def _folded(value: TextValue, folding: Folding) -> str:
    # Most values are plain letters, and their normal form is near at hand.
    if _PLAIN_LETTERS(value.said.text):
        return " ".join(["", *value.said.text.lower().split()])
    # Wherever the space may be missing, it is.
    _, units, joined = words_of(value.said.text, value.said.language, folding)
    forms = (joined[number][0] if number in joined else f" {forms[0]}" for number, forms in enumerate(units))
    return folding.fold("".join(forms))


def _exact(value: TextValue) -> str:
    return normalize(value.said.text, value.said.language).text
