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

from dataclasses import replace
from typing import TYPE_CHECKING

from voiced.grammar.automaton import Compute, Ended, Gather, Value
from voiced.grammar.definitions import NumberRange, SentenceTemplate, TextList, TypedList, Wildcard
from voiced.grammar.elision import pieces, spaced
from voiced.grammar.expression import Choice, ListReference, Permutation, RuleReference, Sequence, Text
from voiced.grammar.folding import AS_WRITTEN
from voiced.grammar.identities import Identities
from voiced.grammar.joining_words import laid_out, lead_on
from voiced.grammar.joints import words_of
from voiced.grammar.loose_spaces import fragments
from voiced.grammar.normalize import apart, normalize
from voiced.grammar.several_values import SlotLayout, several_in_rule
from voiced.grammar.spelling import forms_of
from voiced.grammar.state_sets import ANY
from voiced.grammar.states import MOST_STATES, States, TooLargeError
from voiced.grammar.value_spaces import ValueSpaces

if TYPE_CHECKING:
    from collections.abc import Hashable

    from voiced.grammar.automaton import Automaton
    from voiced.grammar.definitions import ListDefinition, Scope, TextValue
    from voiced.grammar.expression import Expression
    from voiced.grammar.folding import Folding
    from voiced.grammar.states import Part

_MOST_SPELLINGS = 64  # a list value with more becomes choices in a row, not branches of the tree


def compile_sentences(sentences: tuple[SentenceTemplate, ...], folding: Folding = AS_WRITTEN) -> Automaton:
    """The automaton of all sentences; the mark `Ended(i)` stands at the end of the i-th. Raises TooLargeError."""
    layout = _Layout(folding)
    joined = laid_out(sentences, layout, folding)  # first, while there is room
    for number, sentence in enumerate(sentences):
        try:
            layout.sentence(number, sentence)
        except TooLargeError as error:
            remedy = "use shorter lists, fewer sentences, or smaller permutations"
            told = f"up to this sentence the grammar, written out, has more than {MOST_STATES:,} states; {remedy}"
            raise TooLargeError(f"{sentence.template.where}: {told}") from error
    lead_on(joined, layout)
    return layout.automaton(joined, layout.slots.several())


# Throughout, `here` is the state before an expression and `there` the state after it. A method takes the one and
# returns the other, so calls chain: the state after "turn" is the one before the space, and the state after the space
# is the one before "on". States and transitions are only ever added.


class _Layout(States):
    """The states of sentences; `automaton` freezes them."""

    def __init__(self, folding: Folding) -> None:
        super().__init__(folding)
        self._parts: dict[Hashable, Part] = {}  # what was compiled already, by what makes it the same part
        self._identities = Identities()
        self.slots = SlotLayout(self, folding)
        self._spaces = ValueSpaces(self)
        self._behind_space = self.initial  # the state behind the last space

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
                return self.text(expression.text, self.gap(here, sentence.scope), sentence.scope)
            case Sequence():
                for item in spaced(expression, sentence.scope):
                    here = self.expression(item, here, sentence)
                return here
            case Choice():
                return self.choice(expression, here, sentence)
            case Permutation():
                return self.permutation(expression, here, sentence)
            case ListReference():
                return self.list_reference(expression, here, sentence)
            case RuleReference():
                return self.rule_reference(expression, here, sentence)

    def rule_reference(self, reference: RuleReference, here: int, sentence: SentenceTemplate) -> int:
        here, is_near = self._spaces.before_rule(here, reference, sentence)
        part = self.rule_part(reference.name, sentence, is_near=is_near)
        return self._spaces.behind_rule(self.call(part, here), part, sentence)

    def list_reference(self, reference: ListReference, here: int, sentence: SentenceTemplate) -> int:
        here, part = self.gap(here, sentence.scope), self.list_part(reference.name, sentence)
        if here != self._behind_space:
            here = self._spaces.before_list(here, reference, sentence)
        # The parts of one value open no slots.
        if sentence.scope.gathers:
            return self.call(part, here)
        return self._spaces.behind_value(self.slots.slot(reference, part, here, sentence), reference, sentence)

    def choice(self, choice: Choice, here: int, sentence: SentenceTemplate) -> int:
        there, ends = self.state(), list[int]()
        self._has_empty_part |= not choice.items  # branches part here and meet again; an empty one is two jumps
        for item in choice.items:
            first = self.state()
            self.jump(here, first)
            self._spaces.meet(first, here)
            ends.append(self.expression(item, first, sentence))
            self.jump(ends[-1], there)
        self._spaces.meet(there, *ends)
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
        for number, piece in enumerate(pieces(text)):
            # The space after an apostrophe may be missing.
            if number:
                there = self.space(here, scope)
                self.jump(here, there)
                here = there
            here = (self.loose_words if scope.loose_spaces else self.words)(piece, here, scope)
        return here

    # A piece is a text or a list: "百分之" and {n}.
    def gap(self, here: int, scope: Scope) -> int:
        """Where spaces are loose, one may stand before each piece of a sentence."""
        return self.space(here, scope) if scope.loose_spaces else here

    def loose_words(self, text: str, here: int, scope: Scope) -> int:
        """Words as they are; where spaces are loose, between any two of their letters in scripts of East Asia."""
        for number, fragment in enumerate(fragments(text)):
            here = self.words(fragment, self.space(here, scope) if number else here, scope)
        return here

    def words(self, text: str, here: int, scope: Scope) -> int:
        """Words, each with its spellings; a space at either end parts them from what stands beside."""
        normal, units, joined = words_of(text, scope.language, self._folding)
        # "light" and "[s]" touch, "the" and " [s]" do not: the template's own spaces decide.
        before, here = here, self.space(here, scope) if normal.startswith(" ") else here
        here = self._spaces.before_text(normal, units, before, here)
        for number, forms in enumerate(units):
            there = self.one_of(map(apart, forms), self.space(here, scope, is_firm=True) if number else here)
            # "wi" and "fi", and "wifi"; the "-licht" of `{raum}-licht` as well.
            if number in joined:
                self.jump(self.one_of(map(apart, joined[number]), here if number else before), there)
            here = there
        return self.space(here, scope) if normal.strip() and normal.endswith(" ") else here

    def space(self, here: int, scope: Scope, *, is_firm: bool = False) -> int:
        # Every space is a place where a word without meaning may come in.
        there = self.read(here, " ")
        if scope.loose_spaces and not is_firm:
            self.jump(here, there := self.follower(there))
        self.skip_words(there, scope)
        self._behind_space = there
        return there

    def skip_words(self, here: int, scope: Scope) -> None:
        """Where a word begins, allow any number of words that mean nothing before it."""
        key = ("skip words", scope.language, scope.skip_words, scope.loose_spaces)
        if scope.skip_words and key not in self._parts:
            # One part for all places: one of the words, then a space.
            first = self.state()
            words = [normalize(word, scope.language, self._folding).text for word in scope.skip_words]
            last = self.one_of(filter(None, words), first)
            there = self.read(last, " ")
            if scope.loose_spaces:
                self.jump(last, there := self.follower(there))
            self._parts[key] = first, there
            self._ends.add(there)
        # It returns to where it was called, so it may be called again.
        if scope.skip_words:
            self.jump(here, self._parts[key][0], back=here)

    # ---- parts

    def part(self, expression: Expression, sentence: SentenceTemplate, *, is_near: bool = False) -> Part:
        first = self.state()
        if is_near:
            self._spaces.note(first, sentence)
        last = self.expression(expression, first, sentence)
        self._ends.add(last)
        return first, last

    def rule_part(self, name: str, sentence: SentenceTemplate, *, is_near: bool) -> Part:
        # A rule whose slots may have several values is another one where they may not.
        identity = self._identities.rule(name, sentence), several_in_rule(name, sentence), is_near
        if identity not in self._parts:
            rule = sentence.scope.rules[name]
            self._parts[identity] = self.part(rule.expression, replace(sentence, template=rule), is_near=is_near)
        return self._parts[identity]

    def list_part(self, name: str, sentence: SentenceTemplate) -> Part:
        definition = sentence.scope.list_named(name)
        assert definition is not None, f"list {name} was checked"
        identity = self._identities.list(definition, sentence)
        if identity not in self._parts:
            # A value is one thing, whatever lists it holds.
            alone = replace(sentence, several=frozenset()) if sentence.several else sentence
            self._parts[identity] = self.definition(definition, alone)
        return self._parts[identity]

    def definition(self, definition: ListDefinition, sentence: SentenceTemplate) -> Part:
        first, last = self.state(), self.state()
        self._ends.add(last)
        match definition:
            case TextList():
                for value in definition.values:
                    self.text_value(value, first, last, sentence)
            case NumberRange():
                self.number_range(definition, first, last)
            case Wildcard():
                self.wildcard(first, last)
            case TypedList():
                self.typed(definition, first, last)
        self._has_empty_part |= not self._letters[first] and first not in self._jumps
        return first, last

    def text_value(self, value: TextValue, first: int, last: int, sentence: SentenceTemplate) -> None:
        """Add a value to a list: plain words as branches of the list's tree, a template as a path of its own."""
        words = words_of(value.said.text, value.said.language, self._folding)
        # Without more to know, equal values of different lists stay equal.
        mark = Value(value.value, origin=value if value.context or value.attributes else None)
        if not value.plain or words.n_ways() > _MOST_SPELLINGS or sentence.scope.loose_spaces:
            way = self.follower(first)
            inner = sentence if value.plain else replace(sentence, template=value.said)
            self.jump(self.expression(value.said.expression, way, inner), last, mark)
            return
        spelt = words.normal.strip() if words.is_changed(self._folding) else None
        # Every way to write it becomes a path of letters. A value without a word, such as "-", cannot be said.
        for said in words.ways():
            if self._folding.fold(said).strip():
                self.jump(self.read(first, said), last, replace(mark, spelt=spelt) if spelt else mark)

    def number_range(self, numbers: NumberRange, first: int, last: int) -> None:
        # A tree of letters, too: 20, 21 and 22 share their first digit and "twenty", and a range of 100 stays small.
        for number in numbers.numbers():
            for form in forms_of(number, numbers):
                # "-5" and "minus five" begin a word, even where a template puts a number behind something.
                there = self.read(first, f" {form}" if number < 0 else form)
                self.jump(there, last, Value(numbers.value(number)))

    def typed(self, definition: TypedList, first: int, last: int) -> None:
        """What is said of a type: a template of its own, whose lists give the parts of one value."""
        from voiced.grammar.typed import saying  # noqa: PLC0415 # most grammars have none

        said, way = saying(definition), self.state()
        self.jump(first, way, Gather())
        inner = SentenceTemplate("", said.template, {}, said.scope)
        self.jump(self.expression(said.template.expression, way, inner), last, Compute(said.value))

    def wildcard(self, first: int, last: int) -> None:
        """Any words, one or more."""
        # first -any→ inside -any→ inside …, inside -space→ between -any→ inside: no two spaces, none at the end.
        # Behind a word that it touches, as in "qu'{message}", it takes the rest of the word, or the words that follow.
        inside = self.state()
        self._letters[first][" "] = between = self.read(inside, " ")
        for state in (first, inside, between):
            self._letters[state][ANY] = inside
        self.jump(inside, last, Value(None, wild=True))
