"""Compiles sentences to an automaton.

The construction is Thompson's (1968), one method per kind of expression: each takes the state before the expression,
adds states and transitions, and returns the state after it. `a [b] c` becomes

    2 -a→ 3 -space→ 4    4 ⇒ 6 -b→ 7 ⇒ 5    4 ⇒ 8 ⇒ 5    5 -space→ 9 -c→ 10

where ⇒ is a jump that reads nothing. Lists, ranges and rules are compiled once, as parts that are called (see
`automaton`); a list of plain words is a tree of letters (a trie), so that following it costs the word's length however
many words there are. The number of states grows with the text of the files, not with the number of sentences they
spell: nothing is multiplied out but the spellings of a value and the subsets of a permutation.
"""

from __future__ import annotations

import re
from itertools import product
from math import prod
from typing import TYPE_CHECKING, TypeAlias

from voiced.grammar.automaton import Automaton, Close, Ended, Jump, Open, Value
from voiced.grammar.contexts import values_for
from voiced.grammar.definitions import NumberRange, TextList, Wildcard
from voiced.grammar.expression import Choice, ListReference, Permutation, RuleReference, Sequence, Text
from voiced.grammar.identities import Identities
from voiced.grammar.normalize import apart, normalize, normalize_part
from voiced.grammar.spelling import digit_spellings, number_spellings, spellings
from voiced.grammar.state_sets import ANY
from voiced.grammar.trimming import trimmed

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from voiced.grammar.automaton import Mark
    from voiced.grammar.definitions import ListDefinition, Scope, SentenceTemplate, TextValue
    from voiced.grammar.expression import Expression

_MOST_STATES = 500_000  # about 400 bytes each; ten thousand names of three words have 200,000
Part: TypeAlias = tuple[int, int]  # first and last state

_MOST_SPELLINGS = 64  # a list value with more becomes choices in a row, not branches of the tree
_ELISION = re.compile(r"(?<=['\u2019])\s+")  # "nell' ingresso" is written in one word


class TooLargeError(ValueError):
    """More states than a small machine has memory for."""


def compile_sentences(sentences: Iterable[SentenceTemplate]) -> Automaton:
    """The automaton of all sentences; the mark `Ended(i)` stands at the end of the i-th. Raises TooLargeError."""
    layout = _Layout()
    for number, sentence in enumerate(sentences):
        try:
            layout.sentence(number, sentence)
        except TooLargeError as error:
            remedy = "use shorter lists, fewer sentences, or smaller permutations"
            told = f"up to this sentence the grammar, written out, has more than {_MOST_STATES:,} states; {remedy}"
            raise TooLargeError(f"{sentence.template.where}: {told}") from error
    return layout.automaton()


# Throughout, `here` is the state before an expression and `there` the state after it. A method takes the one and
# returns the other, so calls chain: the state after "turn" is the one before the space, and the state after the space
# is the one before "on". States and transitions are only ever added.


class _Layout:
    """States under construction; `automaton` freezes them."""

    def __init__(self) -> None:
        self._letters: list[dict[str, int]] = []
        self._jumps: dict[int, list[Jump]] = {}  # of those states that have any
        self.sentences: list[tuple[int, int]] = []  # first and last state
        self._ends: set[int] = set()  # last states of parts that are called
        self._parts: dict[Hashable, Part] = {}  # what was compiled already, by what makes it the same part
        self._identities = Identities()
        self._has_empty_part = False
        self.initial = self.state()
        self.final = self.state()

    def automaton(self) -> Automaton:
        states = range(len(self._letters))
        returns = bytes(state in self._ends for state in states)  # one byte per state, indexed like `letters`
        letters: tuple[Mapping[str, int], ...] = tuple(self._letters)
        jumps = tuple(tuple(self._jumps.get(state, ())) for state in states)
        # Hardly any grammar has a list without a value that can be said.
        if self._has_empty_part:
            letters, jumps = trimmed(letters, jumps, {*self._ends, self.final})
        return Automaton(letters, jumps, returns, tuple(self.sentences), self.initial, self.final)

    # ---- states and ways between them

    def state(self) -> int:
        # Here, because one list alone may be too large.
        if len(self._letters) >= _MOST_STATES:
            raise TooLargeError
        self._letters.append({})
        return len(self._letters) - 1

    def jump(self, source: int, target: int, mark: Mark | None = None, back: int | None = None) -> None:
        self._jumps.setdefault(source, []).append(Jump(target, mark, back))

    def follower(self, source: int) -> int:
        there = self.state()
        self.jump(source, there)
        return there

    def read(self, source: int, letters: str) -> int:
        """Add a path of letters from `source`, sharing the beginning with paths that are there; its last state."""
        for letter in letters:
            ways = self._letters[source]
            if letter not in ways:
                ways[letter] = self.state()
            source = ways[letter]
        return source

    def call(self, part: Part, source: int, mark: Mark | None = None) -> int:
        # The part is entered with `back` on the stack; its last state pops that, so from here on `back` is "after".
        back = self.state()
        self.jump(source, part[0], mark, back)
        return back

    # ---- expressions

    def sentence(self, number: int, sentence: SentenceTemplate) -> None:
        # Each sentence has states of its own: what it shares with others is shared when it is read (`set_machine`).
        first = self.state()
        self.jump(self.initial, first)
        self.skip_words(first, sentence.scope)
        last = self.expression(sentence.template.expression, first, sentence)
        # Words without meaning may also come last: "turn on the light | please".
        if sentence.scope.skip_words:
            self.jump(self.space(last, sentence.scope), last := self.follower(last))
        self.jump(last, self.final, Ended(number))
        self.sentences.append((first, last))

    def expression(self, expression: Expression, here: int, sentence: SentenceTemplate) -> int:
        """Compile an expression from the state `here`; the state after it."""
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
                # Open the slot on the way in, close it on the way out: the list itself does not know the slot's name.
                back = self.call(self.list_part(expression.name, sentence), here, Open(expression.slot))
                there = self.state()
                self.jump(back, there, Close())
                return there
            case RuleReference():
                return self.call(self.rule_part(expression.name, sentence), here)

    def choice(self, choice: Choice, here: int, sentence: SentenceTemplate) -> int:
        there = self.state()
        # Branches part here and meet again `there`; an empty one, of `[a]`, is two jumps.
        for item in choice.items:
            first = self.state()
            self.jump(here, first)
            self.jump(self.expression(item, first, sentence), there)
        return there

    def permutation(self, permutation: Permutation, here: int, sentence: SentenceTemplate) -> int:
        """One state per set of items that have been read: 2ⁿ states, where writing out the orders would take n!."""
        # Each item is compiled once, as a part that is called from many states.
        parts = [self.part(item, sentence) for item in permutation.items]
        # Sets are bit masks: 0b101 says that the items 0 and 2 have been read.
        everything = (1 << len(parts)) - 1
        states = [here, *(self.state() for _ in range(everything))]
        for done in range(everything):
            for number, part in enumerate(parts):
                # Reading an item that is missing adds its bit.
                if not done >> number & 1:
                    self.jump(self.call(part, states[done]), states[done | 1 << number])
        return states[everything]

    def text(self, text: str, here: int, scope: Scope) -> int:
        for number, piece in enumerate(_ELISION.split(text)):
            # The space after an apostrophe may be missing.
            if number:
                there = self.space(here, scope)
                self.jump(here, there)
                here = there
            here = self.words(normalize_part(piece, scope.language), here, scope)
        return here

    def words(self, normal: str, here: int, scope: Scope) -> int:
        """Words in normal form, each with its spellings; a space at either end parts them from what stands beside."""
        # "light" and "[s]" touch, "the" and " [s]" do not: the template's own spaces decide.
        here = self.space(here, scope) if normal.startswith(" ") else here
        for number, forms in enumerate(spellings(normal, scope.language)):
            here = self.space(here, scope) if number else here
            here = self.one_of(list(map(apart, forms)), here)
        return self.space(here, scope) if normal.strip() and normal.endswith(" ") else here

    def space(self, here: int, scope: Scope) -> int:
        # Every space is a place where a word without meaning may come in.
        there = self.read(here, " ")
        self.skip_words(there, scope)
        return there

    def skip_words(self, here: int, scope: Scope) -> None:
        """Where a word begins, allow any number of words that mean nothing before it."""
        key = ("skip words", scope.language, scope.skip_words)
        if scope.skip_words and key not in self._parts:
            # One part for all places: one of the words, then a space.
            first = self.state()
            words = [normalize(word, scope.language).text for word in scope.skip_words]
            self._parts[key] = first, self.read(self.one_of([word for word in words if word], first), " ")
            self._ends.add(self._parts[key][1])
        # It returns to where it was called, so it may be called again.
        if scope.skip_words:
            self.jump(here, self._parts[key][0], back=here)

    def one_of(self, forms: list[str], here: int) -> int:
        # One form is a path; several are branches that meet again.
        if len(forms) == 1:
            return self.read(here, forms[0])
        there = self.state()
        for form in forms:
            first = self.state()
            self.jump(here, first)
            self.jump(self.read(first, form), there)
        return there

    # ---- parts

    def part(self, expression: Expression, sentence: SentenceTemplate) -> Part:
        first = self.state()
        last = self.expression(expression, first, sentence)
        self._ends.add(last)
        return first, last

    def rule_part(self, name: str, sentence: SentenceTemplate) -> Part:
        identity = self._identities.rule(name, sentence)
        if identity not in self._parts:
            self._parts[identity] = self.part(sentence.scope.rules[name].expression, sentence)
        return self._parts[identity]

    def list_part(self, name: str, sentence: SentenceTemplate) -> Part:
        definition = sentence.scope.list_named(name)
        assert definition is not None, f"list {name} was checked"
        identity = self._identities.list(definition, sentence)
        if identity not in self._parts:
            self._parts[identity] = self.definition(definition, sentence)
        return self._parts[identity]

    def definition(self, definition: ListDefinition, sentence: SentenceTemplate) -> Part:
        first, last = self.state(), self.state()
        self._ends.add(last)
        match definition:
            case TextList():
                for value in values_for(definition, sentence):
                    self.text_value(value, first, last, sentence)
            case NumberRange():
                self.number_range(definition, first, last)
            case Wildcard():
                self.wildcard(first, last)
        self._has_empty_part |= not self._letters[first] and first not in self._jumps
        return first, last

    def text_value(self, value: TextValue, first: int, last: int, sentence: SentenceTemplate) -> None:
        """Add a value to a list: plain words as branches of the list's tree, a template as a path of its own."""
        language = value.said.language
        # "twenty percent" → (("twenty", "20"), ("percent", "per cent", "%")): six ways to write it.
        units = spellings(normal := normalize_part(value.said.text, language), language)
        if not value.plain or prod(map(len, units)) > _MOST_SPELLINGS:
            way = self.state()
            self.jump(first, way)
            self.jump(self.expression(value.said.expression, way, sentence), last, Value(value.value))
            return
        # Every way becomes a path of letters. A value without a word, such as "-", has none: it cannot be said.
        for forms in product(*units) if units else ():
            said = normal.replace(normal.strip(), apart(" ".join(forms)))  # spaces at its ends stay
            self.jump(self.read(first, said), last, Value(value.value))

    def number_range(self, numbers: NumberRange, first: int, last: int) -> None:
        # A tree of letters, too: 20, 21 and 22 share their first digit and "twenty", and a range of 100 stays small.
        for number in numbers.numbers():
            forms = [*digit_spellings(number, numbers.language)] if numbers.digits else []
            forms += number_spellings(number, numbers.language) if numbers.words else ()
            for form in forms:
                # "-5" and "minus five" begin a word, even where a template puts a number behind something.
                there = self.read(first, f" {form}" if number < 0 else form)
                self.jump(there, last, Value(numbers.value(number)))

    def wildcard(self, first: int, last: int) -> None:
        """Any words, one or more."""
        # first -any→ inside -any→ inside …, inside -space→ between -any→ inside: no two spaces, none at the end.
        # Behind a word that it touches, as in "qu'{message}", it takes the rest of the word, or the words that follow.
        inside = self.state()
        self._letters[first][" "] = between = self.read(inside, " ")
        for state in (first, inside, between):
            self._letters[state][ANY] = inside
        self.jump(inside, last, Value(None))
