"""Which sentences of the grammar are worth a closer look for a text that is none of them: those that share its words.

An inverted index, made when it is first asked for: beginning of a word → sentences that spell it, and lists that hold
it. It only chooses, so it may be coarse: words are compared by their first letters, and spellings are left out.
"""

from __future__ import annotations

import re
from heapq import nsmallest
from typing import TYPE_CHECKING

from voiced.grammar.definitions import TextList
from voiced.grammar.expression import Choice, ListReference, RuleReference, Text, references
from voiced.grammar.near_words import key, weight, words
from voiced.grammar.normalize import normalize

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voiced.grammar.definitions import ListDefinition, Scope, SentenceTemplate
    from voiced.grammar.expression import Expression

_MOST_INDEXED = 300_000  # words of sentences and of values, each counted where it stands; half a second's work
_MOST_FOLLOWED = 20_000  # sentences that share one word; of "the" it is enough to know some


class NearSentences:
    """The index of one grammar."""

    def __init__(self, sentences: Sequence[SentenceTemplate]) -> None:
        self._sentences: dict[str, list[int]] = {}  # beginning of a word → sentences that spell it
        self._lists: dict[str, list[int]] = {}  # beginning of a word → lists with a value that holds it
        self._users: list[list[int]] = []  # of each list: sentences that refer to it
        self._least: list[float] = []  # of each sentence: what its shortest form weighs
        self._left = _MOST_INDEXED
        self._known: dict[int, int] = {}  # identity of a list → its number
        for number, sentence in enumerate(sentences):
            self._least.append(least(sentence.template.expression, sentence.scope))
            self._add(self._sentences, number, spelt(sentence.template.expression, sentence.scope))
            for name in listed(sentence.template.expression, sentence.scope):
                self._use(name, sentence.scope, number)

    def best(self, said: Sequence[str], most: int, share: float) -> list[int]:
        """At most `most` sentences that have the most words in common with a text, and at least a share of them."""
        # Each word of the text counts once for each sentence that can say it.
        shared: dict[int, float] = {}
        for word in dict.fromkeys(said):
            mine = set(self._sentences.get(key(word), ()))
            for number in self._lists.get(key(word), ()):
                mine.update(self._users[number][:_MOST_FOLLOWED])
            for sentence in mine if len(mine) <= _MOST_FOLLOWED else sorted(mine)[:_MOST_FOLLOWED]:
                shared[sentence] = shared.get(sentence, 0.0) + weight(word)
        # What is not shared has to be said besides, and what the sentence needs more than that is missing.
        enough = share * sum(map(weight, said))
        near = [sentence for sentence, weighs in shared.items() if weighs >= enough]
        return nsmallest(most, near, key=lambda each: (max(0.0, self._least[each] - shared[each]) - shared[each], each))

    def _use(self, name: str, scope: Scope, sentence: int) -> None:
        definition = scope.list_named(name)
        # A list of ten thousand names is indexed once, however many sentences refer to it.
        if id(definition) not in self._known:
            self._known[id(definition)] = len(self._users)
            self._users.append([])
            self._add(self._lists, self._known[id(definition)], _values(definition, scope))
        self._users[self._known[id(definition)]].append(sentence)

    def _add(self, index: dict[str, list[int]], number: int, spelling: Iterable[str]) -> None:
        # What is beyond the bound is not found, which costs no more than a suggestion.
        for beginning in dict.fromkeys(map(key, spelling)):
            if self._left <= 0:
                return
            self._left -= 1
            index.setdefault(beginning, []).append(number)


def spelt(expression: Expression, scope: Scope) -> frozenset[str]:
    """Words that an expression spells out, those of its rules included."""
    # What several sentences share as a rule is asked for once (`of_rule`).
    match expression:
        case Text():
            return frozenset(_words_of(expression.text, scope))
        case RuleReference():
            return scope.of_rule(spelt, expression.name)
        case ListReference():
            return frozenset()
    return frozenset[str]().union(*(spelt(item, scope) for item in expression.items))


def listed(expression: Expression, scope: Scope) -> frozenset[str]:
    """Names of the lists that an expression refers to, by itself or through rules and the values of other lists."""
    found: set[str] = set()
    for reference in references(expression):
        if isinstance(reference, RuleReference):
            found |= scope.of_rule(listed, reference.name)
        else:
            found.add(reference.name)
            found.update(*scope.of_values(listed, reference.name))
    return frozenset(found)


def least(expression: Expression, scope: Scope) -> float:
    """What the words that an expression cannot do without weigh; a list counts as one long word."""
    # Of a choice the shortest counts; whatever may be left out weighs nothing.
    match expression:
        case Text():
            return sum(map(weight, _words_of(expression.text, scope)))
        case RuleReference():
            return scope.of_rule(least, expression.name)
        case ListReference():
            return 1.0
        case Choice():
            return min(least(item, scope) for item in expression.items)
    return sum(least(item, scope) for item in expression.items)


def _values(definition: ListDefinition | None, scope: Scope) -> Iterable[str]:
    # Of a template all letters will do: this index is coarse.
    if not isinstance(definition, TextList):
        return
    for value in definition.values:
        text = value.said.text if value.plain else re.sub(r"[()\[\]|;]", " ", value.said.text)
        yield from _words_of(text, scope)


def _words_of(text: str, scope: Scope) -> list[str]:
    # Plain English needs no transducer.
    if text.isascii() and text.replace(" ", "").isalnum():
        return text.lower().split()
    normal = normalize(text, scope.language, scope.folding).text
    return [normal[slice(*span)] for span in words(normal)]
