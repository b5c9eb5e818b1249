"""Draws random sentences of the grammar with their meaning: for people to read, for tests, prompts and benchmarks.

Walks the expressions, not the automaton, so that a law can hold one against the other: whatever is drawn is matched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from voiced.grammar.definitions import NumberRange, TextList, TypedList, Wildcard
from voiced.grammar.expression import Choice, ListReference, Permutation, RuleReference, Sequence, Text
from voiced.grammar.meaning import slots_of
from voiced.grammar.normalize import normalize, said_part
from voiced.grammar.spelling import digits, number_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from voiced.flow import SlotValue
    from voiced.grammar.definitions import Scope, SentenceTemplate, TextValue
    from voiced.grammar.expression import Expression

_WILDCARD_TEXTS = ("oat milk", "the blue book", "something else", "seven apples")  # what a wildcard stands for


@dataclass(frozen=True, eq=False, slots=True)
class Sample:
    """A sentence drawn from the grammar, with its intent and slots."""

    text: str
    intent: str
    slots: Mapping[str, SlotValue]


def sample_sentence(sentence: SentenceTemplate, random: Random) -> Sample:
    """One random way to say a sentence; `random` decides, so a seed repeats it. The sentence must be `sayable`."""
    # The walk collects values on its way, as a match does.
    draw = _Draw(random, sentence.scope, {})
    text = _tidy(draw.text(sentence.template.expression))
    return Sample(text, sentence.intent, slots_of(sentence, draw.said))


def _tidy(text: str) -> str:
    # Optional parts that were left out leave two spaces behind.
    return re.sub(r"\s+", " ", text).strip()


def sayable(expression: Expression, scope: Scope) -> bool:
    """Whether there is a way to say an expression; there is none for a list that holds only "-"."""
    match expression:
        case Text():
            return True
        case Choice():
            return any(sayable(item, scope) for item in expression.items)
        case RuleReference():
            return scope.of_rule(sayable, expression.name)
        case ListReference():
            definition = scope.list_named(expression.name)
            return not isinstance(definition, TextList) or any(_is_sayable(each, scope) for each in definition.values)
    # Of a sequence or permutation everything has to be said.
    return all(sayable(item, scope) for item in expression.items)


def _is_sayable(value: TextValue, scope: Scope) -> bool:
    # A value without words, such as "-", cannot be said, nor can one that needs a list without values.
    return bool(normalize(value.said.text, scope.language, scope.folding).text) and (
        value.plain or sayable(value.said.expression, scope)
    )


@dataclass(slots=True)
class _Draw:
    """One walk through an expression; `said` collects the values that were chosen."""

    random: Random
    scope: Scope
    said: dict[str, list[SlotValue]]
    parts: list[SlotValue] = field(default_factory=list)  # values of all lists, in the order said

    def text(self, expression: Expression) -> str:
        # Each kind of expression is written by writing its parts; wherever there is a choice, a coin is tossed.
        match expression:
            case Text():
                return said_part(expression.text)
            case Sequence():
                return "".join([self.text(item) for item in expression.items])
            case Choice():
                return self.text(self.random.choice([item for item in expression.items if sayable(item, self.scope)]))
            case Permutation():
                # All items, in any order: each order is as likely.
                items = list(expression.items)
                self.random.shuffle(items)
                return "".join([self.text(item) for item in items])
            case RuleReference():
                return self.text(self.scope.rules[expression.name].expression)
            case ListReference():
                # A list gives two things: words to say, and a value for its slot.
                text, value = self.value(expression.name)
                self.parts.append(value)
                if expression.slot is not None and not self.scope.gathers:
                    self.said.setdefault(expression.slot, []).append(value)
                return text

    def value(self, name: str) -> tuple[str, SlotValue]:
        """What is said of a list, and the value that it gives to a slot."""
        definition = self.scope.list_named(name)
        match definition:
            case TextList():
                # Of values that cannot be said: draw again. `sayable` has seen that there are others.
                chosen = self.random.choice(definition.values)
                while not _is_sayable(chosen, self.scope):
                    chosen = self.random.choice(definition.values)
                text = self.text(chosen.said.expression)
                return text, self.said_as(text) if chosen.value is None else chosen.value
            case NumberRange():
                # The slot gets the value, which a `multiplier` may make another number than the one that is said.
                number = self.random.choice(list(definition.numbers()))
                return self.number(number, definition), definition.value(number)
            case Wildcard():
                # A wildcard has no values; these stand for what people say.
                text = self.random.choice(_WILDCARD_TEXTS)
                return text, text
            case TypedList():
                return self.typed(definition)
        raise AssertionError(f"list {name} was checked")

    def typed(self, definition: TypedList) -> tuple[str, SlotValue]:
        from voiced.grammar.typed import saying  # noqa: PLC0415 # most grammars have none

        # Its lists are drawn like any others; what they mean is put together as it is when a text is matched.
        said = saying(definition)
        inner = _Draw(self.random, said.scope, {})
        return inner.text(said.template.expression), said.value(tuple(inner.parts))

    def said_as(self, text: str) -> str:
        """A slot without a value of its own takes the words, from their first letter to their last."""
        tidy = _tidy(text)
        sources = normalize(tidy, self.scope.language, self.scope.folding).sources
        return tidy[sources[0] : sources[-1] + 1] if sources else tidy

    def number(self, number: float, definition: NumberRange) -> str:
        # In digits, or in the plainest words; in digits only where a language has no words.
        words = number_words(number, definition.language) if definition.words else ()
        written = definition.layout.format(number) if definition.layout else digits(number)
        forms = [written] if definition.digits or not words else []
        text = self.random.choice([*forms, *words[:1]])
        return f" {text}" if number < 0 else text
