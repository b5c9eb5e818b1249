"""Sentences become an automaton: expressions are laid out as states, lists, ranges and rules as parts that are called.

The construction is Thompson's, one function per kind of expression: each lays out what must be read between two states
and returns the last one. A list of plain words is a tree of letters, so that its size counts once and its length never.
"""

from __future__ import annotations

import re
from itertools import product
from math import prod
from typing import TYPE_CHECKING, TypeAlias

from voiced.grammar.automaton import ANY, Automaton, Close, Ended, Jump, Open, Value
from voiced.grammar.definitions import NumberRange, TextList, Wildcard
from voiced.grammar.expression import Choice, ListReference, Permutation, RuleReference, Sequence, Text
from voiced.grammar.normalize import SYMBOLS, normalize, normalize_part
from voiced.grammar.spelling import digits, number_spellings, spellings

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from voiced.grammar.automaton import Mark
    from voiced.grammar.definitions import ListDefinition, Scope, Sentence, TextValue
    from voiced.grammar.expression import Expression

Part: TypeAlias = tuple[int, int]  # first and last state

_SPELLINGS = 64  # of one list value, laid out letter by letter; beyond that they are laid out as choices
_ELISION = re.compile(r"(?<=['\u2019])\s+")  # "nell' ingresso" is written in one word


def compile_sentences(sentences: Iterable[Sentence]) -> Automaton:
    """One automaton for all sentences, in their order."""
    layout = _Layout()
    for number, sentence in enumerate(sentences):
        first = layout.state()
        layout.jump(layout.initial, first)
        layout.skip_words(first, sentence.scope)
        last = layout.expression(sentence.template.expression, first, sentence)
        if sentence.scope.skip_words:
            layout.jump(layout.space(last, sentence.scope), last := layout.follower(last))
        layout.jump(last, layout.final, Ended(number))
    return layout.automaton()


class _Layout:
    """States under construction."""

    def __init__(self) -> None:
        self._letters: list[dict[str, int]] = []
        self._jumps: list[tuple[Jump, ...]] = []
        self._ends: set[int] = set()
        self._parts: dict[Hashable, Part] = {}
        self.initial = self.state()
        self.final = self.state()

    def automaton(self) -> Automaton:
        returns = bytes(state in self._ends for state in range(len(self._letters)))
        return Automaton(tuple(self._letters), tuple(self._jumps), returns, self.initial, self.final)

    # ---- states and ways between them

    def state(self) -> int:
        self._letters.append({})
        self._jumps.append(())
        return len(self._letters) - 1

    def jump(self, source: int, target: int, mark: Mark | None = None, back: int | None = None) -> None:
        self._jumps[source] += (Jump(target, mark, back),)

    def follower(self, source: int) -> int:
        there = self.state()
        self.jump(source, there)
        return there

    def read(self, source: int, letters: str) -> int:
        """Read letters one by one, along a way that is already there as far as there is one."""
        for letter in letters:
            ways = self._letters[source]
            if letter not in ways:
                ways[letter] = self.state()
            source = ways[letter]
        return source

    def call(self, part: Part, source: int, mark: Mark | None = None) -> int:
        back = self.state()
        self.jump(source, part[0], mark, back)
        return back

    # ---- expressions

    def expression(self, expression: Expression, here: int, sentence: Sentence) -> int:
        """Lay out an expression from `here`; the state in which it has been read."""
        match expression:
            case Text():
                return self.text(expression.text, here, sentence.scope)
            case Sequence():
                for item in expression.items:
                    here = self.expression(item, here, sentence)
                return here
            case Choice():
                return self.choice(expression, here, sentence)
            case Permutation():
                return self.permutation(expression, here, sentence)
            case ListReference():
                back = self.call(self.list_part(expression.name, sentence), here, Open(expression.slot))
                there = self.state()
                self.jump(back, there, Close())
                return there
            case RuleReference():
                return self.call(self.rule_part(expression.name, sentence), here)

    def choice(self, choice: Choice, here: int, sentence: Sentence) -> int:
        there = self.state()
        for item in choice.items:
            first = self.state()
            self.jump(here, first)
            self.jump(self.expression(item, first, sentence), there)
        return there

    def permutation(self, permutation: Permutation, here: int, sentence: Sentence) -> int:
        """One state for each set of items that have been read: 2ⁿ, where orders would be n!."""
        parts = [self.part(item, sentence) for item in permutation.items]
        everything = (1 << len(parts)) - 1
        states = [here, *(self.state() for _ in range(everything))]
        for done in range(everything):
            for number, part in enumerate(parts):
                if not done >> number & 1:
                    self.jump(self.call(part, states[done]), states[done | 1 << number])
        return states[everything]

    def text(self, text: str, here: int, scope: Scope) -> int:
        for number, piece in enumerate(_ELISION.split(text)):
            if number:  # the space after an apostrophe may be missing
                there = self.space(here, scope)
                self.jump(here, there)
                here = there
            here = self.words(normalize_part(piece, scope.language), here, scope)
        return here

    def words(self, normal: str, here: int, scope: Scope) -> int:
        """Words in normal form, each with its spellings; the spaces around them part them from their neighbours."""
        here = self.space(here, scope) if normal.startswith(" ") else here
        for number, forms in enumerate(spellings(normal, scope.language)):
            here = self.space(here, scope) if number else here
            here = self.one_of([f" {form} " if form[0] in SYMBOLS else form for form in forms], here)
        return self.space(here, scope) if normal.strip() and normal.endswith(" ") else here

    def space(self, here: int, scope: Scope) -> int:
        there = self.read(here, " ")
        self.skip_words(there, scope)
        return there

    def skip_words(self, here: int, scope: Scope) -> None:
        """Where a word begins, any number of words that mean nothing may come first."""
        key = ("skip words", id(scope))
        if scope.skip_words and key not in self._parts:
            first = self.state()
            words = [normalize(word, scope.language).text for word in scope.skip_words]
            self._parts[key] = first, self.read(self.one_of([word for word in words if word], first), " ")
            self._ends.add(self._parts[key][1])
        if scope.skip_words:
            self.jump(here, self._parts[key][0], back=here)

    def one_of(self, forms: list[str], here: int) -> int:
        if len(forms) == 1:
            return self.read(here, forms[0])
        there = self.state()
        for form in forms:
            first = self.state()
            self.jump(here, first)
            self.jump(self.read(first, form), there)
        return there

    # ---- parts

    def part(self, expression: Expression, sentence: Sentence) -> Part:
        first = self.state()
        last = self.expression(expression, first, sentence)
        self._ends.add(last)
        return first, last

    def rule_part(self, name: str, sentence: Sentence) -> Part:
        key = ("rule", name, id(sentence.scope), _filter_key(sentence))
        if key not in self._parts:
            self._parts[key] = self.part(sentence.scope.rules[name].expression, sentence)
        return self._parts[key]

    def list_part(self, name: str, sentence: Sentence) -> Part:
        definition = sentence.scope.list_named(name)
        assert definition is not None, f"list {name} was checked"
        filtered = isinstance(definition, TextList) and any(value.context for value in definition.values)
        # Equal ranges are one part, wherever they are written; a filter makes a list another list.
        identity = definition if isinstance(definition, NumberRange) else id(definition)
        key = ("list", identity, _filter_key(sentence) if filtered else "")
        if key not in self._parts:
            self._parts[key] = self.definition(definition, sentence)
        return self._parts[key]

    def definition(self, definition: ListDefinition, sentence: Sentence) -> Part:
        first, last = self.state(), self.state()
        self._ends.add(last)
        match definition:
            case TextList():
                for value in definition.values:
                    if _allowed(value, sentence):
                        self.text_value(value, first, last, sentence)
            case NumberRange():
                self.number_range(definition, first, last)
            case Wildcard():
                self.wildcard(first, last)
        return first, last

    def text_value(self, value: TextValue, first: int, last: int, sentence: Sentence) -> None:
        """Plain words become branches of one tree; a template its own way."""
        language = value.said.language
        units = spellings(normalize(value.said.text, language).text, language)
        if not value.plain or prod(map(len, units)) > _SPELLINGS:
            way = self.state()
            self.jump(first, way)
            self.jump(self.expression(value.said.expression, way, sentence), last, Value(value.value))
            return
        for forms in product(*units) if units else ():  # a value without a word, such as "-", can never be said
            self.jump(self.read(first, " ".join(forms)), last, Value(value.value))

    def number_range(self, numbers: NumberRange, first: int, last: int) -> None:
        for number in numbers.numbers():
            forms = [digits(number)] if numbers.digits else []
            forms += number_spellings(number, numbers.language) if numbers.words else ()
            for form in forms:
                self.jump(self.read(first, form), last, Value(numbers.value(number)))

    def wildcard(self, first: int, last: int) -> None:
        """One word or more."""
        inside = self.state()
        between = self.read(inside, " ")
        for state in (first, inside, between):
            self._letters[state][ANY] = inside
        self.jump(inside, last, Value(None))


def _allowed(value: TextValue, sentence: Sentence) -> bool:
    """Whether a value's context fits the sentence's; what the value does not say is no contradiction."""
    required = all(
        key not in value.context or _fits(value.context[key], wanted) for key, wanted in sentence.requires.items()
    )
    return required and not any(
        key in value.context and _fits(value.context[key], unwanted) for key, unwanted in sentence.excludes.items()
    )


def _fits(given: object, wanted: object) -> bool:
    if isinstance(wanted, dict):  # {value: …, slot: true}
        wanted = wanted.get("value")
    given = given.get("value") if isinstance(given, dict) else given
    return wanted is None or (given in wanted if isinstance(wanted, list) else given == wanted)


def _filter_key(sentence: Sentence) -> str:
    return repr((sentence.requires, sentence.excludes)) if sentence.requires or sentence.excludes else ""
