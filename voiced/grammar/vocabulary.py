"""The words of a grammar as a prompt for Whisper: it writes rather what it has just read.

A plain list of words, and the hardest last, because the end of a prompt counts most (on noisy coffee orders the same
list the other way round understood a sixth less). Knows nothing of tokens but how many there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.grammar.definitions import TextList
from voiced.grammar.expression import ListReference, RuleReference, Text
from voiced.grammar.normalize import normalize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from voiced.grammar.definitions import Scope
    from voiced.grammar.expression import Expression
    from voiced.grammar.grammar import Grammar

PROMPT_TOKENS = 223  # what Whisper reads of a prompt; it drops the beginning of a longer one
_SHORTEST = 2  # letters; "a" needs no reminding


def vocabulary_prompt(grammar: Grammar, count_tokens: Callable[[str], int], limit: int = PROMPT_TOKENS) -> str:
    """The grammar's words, separated by commas, that `count_tokens` counts as `limit` at most; the hardest stay."""
    hardest_first = sorted(vocabulary(grammar), key=lambda word: (count_tokens(f" {word}"), len(word)), reverse=True)
    chosen: list[str] = []
    for word in hardest_first:
        longer = [word, *chosen]
        if count_tokens(", ".join(longer)) > limit:
            break
        chosen = longer
    return ", ".join(chosen)


def vocabulary(grammar: Grammar) -> tuple[str, ...]:
    """Every word that the grammar spells out, as it is written there, once."""
    words: dict[str, str] = {}
    seen: set[tuple[int, str]] = set()
    for sentence in grammar.sentences:
        for text in _texts(sentence.template.expression, sentence.scope, seen):
            for word in text.split():
                normal = normalize(word).text
                if len(normal) >= _SHORTEST and not normal.isdigit():
                    words.setdefault(normal, word)
    return tuple(words.values())


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
