"""Values of one list that are said alike and mean different things: told as warnings, with both places.

A `context` may decide which of them a sentence means, so values whose contexts differ are left alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voiced.grammar.definitions import TextList
from voiced.grammar.folding import AS_WRITTEN
from voiced.grammar.joints import words_of
from voiced.grammar.ways import ways

_PLAIN = re.compile("[A-Za-z ]*").fullmatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from voiced.grammar.definitions import Scope, TextValue


def said_alike(scopes: Iterable[Scope]) -> Iterator[str]:
    """Yield a warning for each value that is said like an earlier one of its list, and means something else."""
    told: set[tuple[int, int]] = set()  # values may be in several lists
    for scope in scopes:
        for name, definition in scope.lists.items():
            if isinstance(definition, TextList):
                yield from _said_alike(name, definition.values, scope, told)


def _said_alike(name: str, values: Sequence[TextValue], scope: Scope, told: set[tuple[int, int]]) -> Iterator[str]:
    # Each way to say a value is compared with the first that is alike, so this is linear however many are alike.
    first: dict[str, TextValue] = {}
    # Digits and signs have several spellings, plain letters only where such stand beside them.
    spell = _letters if all(_PLAIN(value.said.text) for value in values) else _spelling
    for value in values:
        for said in _said(value, scope, spell):
            other = first.setdefault(said, value)
            differ = other.value != value.value or other.attributes != value.attributes
            if not differ or other.context != value.context or (pair := (id(other), id(value))) in told:
                continue
            told.add(pair)
            yield (
                f"{value.said.where}: in the list '{name}' '{value.said.text}' is said like '{other.said.text}' in "
                f"{other.said.where}, and means something else; {_which_counts(other, value)}, so rename one of them"
            )


def _which_counts(first: TextValue, second: TextValue) -> str:
    # Plain words come before templates.
    if first.plain == second.plain:
        return "the first one counts"
    return f"'{(first if first.plain else second).said.text}' counts"


def _said(value: TextValue, scope: Scope, spell: Callable[[str, str], str]) -> Iterable[str]:
    # Of a value with more ways than are compared the template itself.
    texts = ways(value, scope) or (value.said.text,)
    # What has no word is never said.
    return filter(None, dict.fromkeys(spell(text, value.said.language) for text in texts))


def _letters(text: str, _language: str) -> str:
    # Most lists are plain letters, and their normal form is near at hand.
    return " ".join(text.lower().split())


def _spelling(text: str, language: str) -> str:
    return words_of(text, language, AS_WRITTEN).plainest()
