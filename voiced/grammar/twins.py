"""Values of one list that are said alike and mean different things: told as warnings, with both places.

A `context` may decide which of them a sentence means, so values whose contexts differ are left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.grammar.definitions import TextList
from voiced.grammar.normalize import normalize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.grammar.definitions import Scope, TextValue


def said_alike(scopes: Iterable[Scope]) -> Iterator[str]:
    """Yield a warning for each value that is said like an earlier one of its list, and means something else."""
    told: set[tuple[int, int]] = set()  # values may be in several lists
    for scope in scopes:
        for name, definition in scope.lists.items():
            if isinstance(definition, TextList):
                yield from _said_alike(name, definition.values, told)


def _said_alike(name: str, values: Iterable[TextValue], told: set[tuple[int, int]]) -> Iterator[str]:
    # Each value is compared with the first that is said like it, so this is linear however many are alike.
    first: dict[str, TextValue] = {}
    for value in values:
        other = first.setdefault(_words(value), value)
        differ = other.value != value.value or other.attributes != value.attributes
        if differ and other.context == value.context and (pair := (id(other), id(value))) not in told:
            told.add(pair)
            yield (
                f"{value.said.where}: in the list '{name}' '{value.said.text}' is said like '{other.said.text}' in "
                f"{other.said.where}, and means something else; the first one counts, so rename one of them"
            )


def _words(value: TextValue) -> str:
    # Most values are plain letters, and their normal form is near at hand.
    text = value.said.text
    if not value.plain or (text.isascii() and text.replace(" ", "").isalpha()):
        return " ".join(text.lower().split())
    return normalize(text, value.said.language).text
