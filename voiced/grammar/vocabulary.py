"""The words of a grammar as a prompt for Whisper: it writes rather what it has just read.

A plain list, and the hardest last, because the end of a prompt counts most (on noisy coffee orders the same list the
other way round understood a sixth less). What is always said in one piece stays together: Whisper shown "iced, mocha"
writes "ice mocha", and commas where nobody pauses. Knows nothing of tokens but how many there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.grammar.definitions import TextList
from voiced.grammar.expression import ListReference, RuleReference, Text
from voiced.grammar.normalize import normalize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from voiced.grammar.definitions import Scope
    from voiced.grammar.expression import Expression
    from voiced.grammar.grammar import Grammar

PROMPT_TOKENS = 223  # what Whisper reads of a prompt; it drops the beginning of a longer one
_SHORTEST = 2  # letters; "a" needs no reminding


def vocabulary_prompt(grammar: Grammar, count_tokens: Callable[[str], int], limit: int = PROMPT_TOKENS) -> str:
    """The grammar's phrases, separated by commas, that `count_tokens` counts as `limit` at most; the hardest last."""

    def hardness(phrase: str) -> tuple[int, int]:
        return count_tokens(f" {phrase}"), len(phrase)

    phrases = vocabulary(grammar)
    new = sorted(_with_new_words(phrases), key=hardness, reverse=True)
    return ", ".join(sorted(_fitting([*new, *phrases], count_tokens, limit), key=hardness))


def vocabulary(grammar: Grammar) -> tuple[str, ...]:
    """Everything that the grammar spells out in one piece, as it is written there, once; the shortest first."""
    phrases: dict[str, str] = {}
    seen: set[tuple[int, str]] = set()
    for sentence in grammar.sentences:
        for text in _texts(sentence.template.expression, sentence.scope, seen):
            normal = normalize(text).text
            if len(normal) >= _SHORTEST and not normal.isdigit():
                phrases.setdefault(normal, text.strip())
    return tuple(sorted(phrases.values(), key=lambda phrase: len(phrase.split())))


def _with_new_words(phrases: Sequence[str]) -> Iterator[str]:
    """Phrases with a word that is in none before: "iced mocha" after "mocha", but then not "iced coffee"."""
    known: set[str] = set()
    for phrase in phrases:
        words = {normalize(word).text for word in phrase.split()}
        if not words <= known:
            known |= words
            yield phrase


def _fitting(phrases: Iterable[str], count_tokens: Callable[[str], int], limit: int) -> list[str]:
    """As many as fit, each once, the first ones first."""
    chosen: dict[str, None] = {}
    spent = 0
    for phrase in phrases:
        cost = count_tokens(f" {phrase},")
        if phrase not in chosen and spent + cost <= limit:
            chosen[phrase] = None
            spent += cost
    return list(chosen)


def _texts(expression: Expression, scope: Scope, seen: set[tuple[int, str]]) -> Iterator[str]:
    """The literal texts of an expression and of what it refers to; each list and rule once."""
    match expression:
        case Text():
            yield expression.text
        case ListReference() | RuleReference():
            key = (id(scope), repr(expression))
            if key not in seen:
                seen.add(key)
                for inner in _referred(expression, scope):
                    yield from _texts(inner, scope, seen)
        case _:
            for item in expression.items:
                yield from _texts(item, scope, seen)


def _referred(reference: ListReference | RuleReference, scope: Scope) -> tuple[Expression, ...]:
    if isinstance(reference, RuleReference):
        return (scope.rules[reference.name].expression,)
    definition = scope.list_named(reference.name)
    return tuple(value.said.expression for value in definition.values) if isinstance(definition, TextList) else ()
