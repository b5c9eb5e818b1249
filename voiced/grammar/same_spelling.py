"""Values of one list that folding makes the same: told as warnings, `file:line: what is doubtful; what to do`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voiced.grammar.definitions import TextList
from voiced.grammar.folding import AS_WRITTEN
from voiced.grammar.joints import words_of
from voiced.grammar.ways import ways

_PLAIN_LETTERS = re.compile("[A-Za-z ]*").fullmatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.grammar.definitions import Scope, TextValue


def same_spellings(scopes: Iterable[Scope]) -> Iterator[str]:
    """Yield a warning for each value that is spelt like an earlier one of its list once both are folded."""
    told: set[tuple[int, int]] = set()  # values may be in several lists
    for scope in scopes:
        for name, definition in scope.lists.items():
            if isinstance(definition, TextList):
                yield from _same_in(name, definition, scope, told)


def _same_in(name: str, definition: TextList, scope: Scope, told: set[tuple[int, int]]) -> Iterator[str]:
    # Ten thousand names of plain letters cannot be folded to one another.
    if all(_PLAIN_LETTERS(value.said.text) for value in definition.values):
        return
    # Each way to say a value is compared with the first that looks like it, so this is linear however many are alike.
    first: dict[str, tuple[TextValue, str]] = {}
    for value, text in [(each, text) for each in definition.values for text in ways(each, scope)]:
        language = value.said.language
        folded = scope.folding.fold(words_of(text, language, scope.folding).plainest())
        other, its = first.setdefault(folded, (value, text))
        # Equal as they are written: that is another fault than folding's.
        pair = (id(other), id(value))
        if other.value != value.value and pair not in told and _exact(its, language) != _exact(text, language):
            told.add(pair)
            yield (
                f"{value.said.where}: in the list '{name}' '{value.said.text}' and '{other.said.text}' "
                f"({other.said.where}) are told apart by accents or spaces alone; rename one of them, or write "
                "'folding: false'"
            )


def _exact(text: str, language: str) -> str:
    return words_of(text, language, AS_WRITTEN).plainest()
