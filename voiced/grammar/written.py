"""Words in normal form as the files write them: "schliesse" is shown as "schließe", "whats" as "what's"."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from voiced.grammar.definitions import TextList
from voiced.grammar.expression import Choice, ListReference, RuleReference, Text
from voiced.grammar.near_sentences import listed
from voiced.grammar.near_words import WILD
from voiced.grammar.normalize import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiced.grammar.definitions import Scope, SentenceTemplate
    from voiced.grammar.expression import Expression

_MOST_PIECES = 500  # texts of a sentence
_MOST_VALUES = 300  # of a list; words of longer ones are shown in normal form


class Written:
    """The words of one sentence, and of its lists."""

    def __init__(self, sentence: SentenceTemplate) -> None:
        # First the sentence's own words, which come before those of values where both are one word.
        scope = sentence.scope
        self._known: dict[str, str] = {}
        several = pieces(sentence.template.expression, scope)
        for piece, _ in zip(several, range(_MOST_PIECES), strict=False):
            self._add(piece, scope)
        # Values, too, as far as they are few: the first way to say each.
        for name in sorted(listed(sentence.template.expression, scope)):
            definition = scope.list_named(name)
            if isinstance(definition, TextList):
                for value in definition.values[:_MOST_VALUES]:
                    self._add(plainest(value.said.expression, scope), scope)

    def words(self, normal: str) -> str:
        """Words in normal form, as they are written."""
        known = (self._known.get(word, word) for word in normal.split(" "))
        return unicodedata.normalize("NFC", " ".join(known))

    def _add(self, text: str, scope: Scope) -> None:
        # Words alone are known: what touches another piece is part of a word.
        for word in text.split():
            self._known.setdefault(normalize(word, scope.language, scope.folding).text, word.strip(",;:!?."))


def plainest(expression: Expression, scope: Scope) -> str:
    """The first way to say an expression; lists in it stand as "…"."""
    match expression:
        case Text():
            return expression.text
        # Of `[a]` the first way is with it.
        case Choice():
            return plainest(expression.items[0], scope) if expression.items else ""
        case RuleReference():
            return scope.of_rule(plainest, expression.name)
        case ListReference():
            return WILD
    return "".join(plainest(item, scope) for item in expression.items)


def pieces(expression: Expression, scope: Scope) -> Iterator[str]:
    """Yield the texts of an expression as they are written, those of its rules included, and none of its lists."""
    match expression:
        case Text():
            yield expression.text
        # Rules end, and are written where they are named.
        case RuleReference():
            yield from pieces(scope.rules[expression.name].expression, scope)
        case ListReference():
            return
        case _:
            for item in expression.items:
                yield from pieces(item, scope)
