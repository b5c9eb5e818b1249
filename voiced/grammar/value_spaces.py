"""Spaces behind the values of lists: "Erdgeschossheizung" is said of `{floor} heizung`.

Languages that build compounds write a room and its lamp in one word, and a recogniser writes as it likes. So behind a
value the template's space may be missing, and one may stand where it has none: "Wohnzimmerlampe", "Wohnzimmer Lampe"
and "Wohnzimmer-Lampe" are one under `{room} lampe` and under `{room}lampe`. In our own format that is so in those
languages, behind values that are words, unless nothing is folded; in Home Assistant's sentences in all, behind numbers
too, for so its matcher has it. Before a value a space is a space, and so is one before a number: "Lampe 15" is not
"Lampe 1" and 5. Only where Home Assistant's sentences have none before a number, one may stand.

    `{room} lampe`    V -space→ S ⇒ B -l→ …    and V ⇒ B [Respaced]
    `{room}lampe`     V ⇒ B -l→ …              and V -space→ S ⇒ B [Respaced]

V is a state to which nothing but a value leads. Such states are known by those behind them: behind `[{room}] licht` two
ways meet, and only the one through the value goes on without a space. Knows states, and of templates what may follow.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from voiced.grammar.automaton import Respaced
from voiced.grammar.definitions import NumberRange, TextList
from voiced.grammar.expression import NOTHING, Choice, RuleReference, Sequence, Text, references

if TYPE_CHECKING:
    from voiced.grammar.automaton import Mark
    from voiced.grammar.definitions import Scope, SentenceTemplate
    from voiced.grammar.expression import Expression, ListReference
    from voiced.grammar.states import Part

# Languages in which what belongs together is one word.
_COMPOUNDING = frozenset(["af", "da", "de", "et", "fi", "fo", "fy", "hu", "is", "lb", "nb", "nl", "nn", "no", "sv"])
_RESPACED = Respaced()


class Layout(Protocol):
    """States under construction."""

    def state(self) -> int: ...
    def read(self, source: int, letters: str) -> int: ...
    def jump(self, source: int, target: int, mark: Mark | None = None) -> None: ...
    def follower(self, source: int) -> int: ...


class ValueSpaces:
    """Lays out spaces behind values, for one automaton."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._behind: dict[int, tuple[int, ...]] = {}  # state → states behind values, from which nothing was read
        self._firm: dict[int, tuple[int, ...]] = {}  # state → states that lead to it when no space is missing
        self._theirs: set[int] = set()  # states behind values of Home Assistant's sentences

    # ---- where values are

    def behind_value(self, there: int, reference: ListReference, sentence: SentenceTemplate) -> int:
        """Take note of the state behind a value, if spaces are free there."""
        # Our own numbers are written apart; so is what free words are followed by, everywhere.
        kinds = TextList | NumberRange if sentence.template.tolerant else TextList
        if _is_free(sentence) and isinstance(sentence.scope.list_named(reference.name), kinds):
            self.note(there, sentence)
        return there

    def behind_rule(self, there: int, part: Part, sentence: SentenceTemplate) -> int:
        """Take note of the state behind a rule, if that may end with a value."""
        # Also if it need not end so: what is called has one last state, whichever way led there.
        if part[1] in self._behind and _is_free(sentence):
            self.note(there, sentence)
        return there

    def note(self, there: int, sentence: SentenceTemplate) -> None:
        """Take note of a state to which nothing leads but a value."""
        self._behind[there] = (there,)
        if sentence.template.tolerant:
            self._theirs.add(there)

    def meet(self, there: int, *befores: int) -> None:
        """Take note of a state to which jumps lead from others."""
        if self._behind.keys().isdisjoint(befores):
            return
        # All values behind any of them; and ways without a missing space, of those that have others.
        behind = (state for before in befores for state in self._behind.get(before, ()))
        self._behind[there] = tuple(dict.fromkeys(behind))
        if not self._firm.keys().isdisjoint(befores):
            firm = (state for before in befores for state in self._firm.get(before, (before,)))
            self._firm[there] = tuple(dict.fromkeys(firm))

    # ---- what stands behind them

    def before_text(self, normal: str, units: tuple[tuple[str, ...], ...], here: int, spaced: int) -> int:
        """The state before the first word of a text; `here`: before the text; `spaced`: behind its first space."""
        if here not in self._behind or not normal:
            return spaced
        # "2" and "two" are one: behind "lamp 1" it would be another number.
        is_firm = bool(units) and any(form[0].isdigit() for form in units[0])
        # The template has a space there, or has none.
        if spaced == here:
            return self._with(here, is_firm=is_firm)
        return spaced if is_firm else self._without(here, spaced, is_word=bool(units))

    def before_list(self, here: int, reference: ListReference, sentence: SentenceTemplate) -> int:
        """The state before a list that stands without a space before it."""
        if here in self._behind:
            return self._with(here, is_firm=_takes_any(reference, sentence.scope))
        # Home Assistant's matcher passes over a space before digits.
        if sentence.template.tolerant and isinstance(sentence.scope.list_named(reference.name), NumberRange):
            there = self._layout.follower(here)
            self._layout.jump(self._layout.read(here, " "), there)
            return there
        return here

    def before_rule(self, here: int, reference: RuleReference, sentence: SentenceTemplate) -> tuple[int, bool]:
        """The state before a rule, and whether the rule's own first space may be missing as well."""
        # A rule such as "[the] light" begins with a space when "the" is left out.
        if here not in self._behind:
            return here, False
        # If it may begin with a number, what stands before it is written as the template has it.
        is_firm = _takes_any(reference, sentence.scope)
        opens_with_space = sentence.scope.of_rule(_opens_with_space, reference.name)
        return self._with(here, is_firm=is_firm), opens_with_space and not is_firm

    def _without(self, here: int, spaced: int, *, is_word: bool) -> int:
        """The state behind a space that may be missing; `is_word`: before a word of the same text."""
        # Where the space was read other words may come in, and numbers; where it is missing they may not.
        there = self._layout.follower(spaced)
        for state in self._behind[here]:
            self._layout.jump(state, there, _RESPACED)
        # The next space may be missing with it, as in "{room} [ceiling] lamp".
        if not is_word:
            self._behind[there], self._firm[there] = (there,), (spaced,)
        return there

    def _with(self, here: int, *, is_firm: bool) -> int:
        """The state behind a space that may stand, though the template has none; `is_firm`: none may be missing."""
        before = self._firmly(here) if is_firm else here
        # Where a space of the template's own stood or was missing, one more says nothing new.
        touching = [state for state in self._behind[here] if state not in self._firm]
        if not touching:
            return before
        there = self._layout.follower(before)
        # To Home Assistant's matcher it is no other reading.
        for state in touching:
            mark = None if state in self._theirs else _RESPACED
            self._layout.jump(self._layout.read(state, " "), there, mark)
        return there

    def _firmly(self, here: int) -> int:
        """A state like `here`, to which no way leads on which a space is missing."""
        if here not in self._firm:
            return here
        # Its ways are those that the template's own spaces are read on.
        there = self._layout.state()
        for state in self._firm[here]:
            self._layout.jump(state, there)
        return there


def _is_free(sentence: SentenceTemplate) -> bool:
    """Whether spaces behind values are free in what is written of a sentence, its rules apart."""
    # Where no spaces count there are none to miss; and the parts of a duration are parted.
    template, scope = sentence.template, sentence.scope
    if scope.loose_spaces or scope.gathers:
        return False
    # Home Assistant's matcher has it so in every language.
    if template.tolerant:
        return True
    return scope.folding.joins and re.split("[-_]", template.language)[0].lower() in _COMPOUNDING


def _takes_any(expression: Expression, scope: Scope) -> bool:
    """Whether an expression holds what may be written in digits, or in any letters. Rules must not be circular."""
    # Words are told apart from the value before them; digits and free words go on where it ends.
    for each in references(expression):
        if isinstance(each, RuleReference):
            if scope.of_rule(_takes_any, each.name):
                return True
        elif not isinstance(scope.list_named(each.name), TextList):
            return True
    return False


def _opens_with_space(expression: Expression, scope: Scope) -> bool:
    """Whether an expression may begin with a space, as "[the] light" does. Rules must not be circular."""
    # Asked of rules that stand behind a value, once for each rule.
    match expression:
        case Text():
            return expression.text[:1].isspace()
        case Choice():
            return any(_opens_with_space(item, scope) for item in expression.items)
        case RuleReference():
            return scope.of_rule(_opens_with_space, expression.name)
        case Sequence():
            # The first item that cannot be left out decides.
            for item in expression.items:
                if _opens_with_space(item, scope):
                    return True
                if not (isinstance(item, Choice) and any(each in (Text(""), NOTHING) for each in item.items)):
                    return False
    return False
