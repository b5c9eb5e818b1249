"""The words of a grammar as a prompt for Whisper: it writes rather what it has just read.

A plain list, single words first and then the phrases that add a word: what is said in one piece stays together, for
Whisper that was shown "iced, mocha" writes "ice mocha", and commas where nobody pauses. The end of a prompt counts most
(on noisy coffee orders the list with the hardest words first understood a sixth less). Every phrase, new words or not,
was no better. The full stop keeps Whisper from going on where the list ends ("a timer for" made it "five minutes").
Because order counts, the same list backwards makes Whisper mishear other things, and two views that differ in that know
more together. Knows nothing of tokens but how many there are.
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
    """A comma-separated list that `count_tokens` counts as `limit` at most; where not all fits, the hardest stay."""
    phrases = list(_with_new_words(vocabulary(grammar)))
    hardest_first = sorted(phrases, key=lambda phrase: (count_tokens(f" {phrase}"), len(phrase)), reverse=True)
    chosen = _fitting(hardest_first, count_tokens, limit)
    return ", ".join(phrase for phrase in phrases if phrase in chosen) + "." * bool(chosen)


def backwards(prompt: str) -> str:
    """The same list from its end."""
    return ", ".join(reversed(prompt.removesuffix(".").split(", "))) + "." * bool(prompt)


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


def _fitting(phrases: Iterable[str], count_tokens: Callable[[str], int], limit: int) -> set[str]:
    """As many as fit, the first ones first."""
    chosen: set[str] = set()
    for phrase in phrases:
        cost = count_tokens(f" {phrase},")
        if cost <= limit:
            chosen.add(phrase)
            limit -= cost
    return chosen


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
