"""What the intents files define, read and parsed: sentences, and the lists and rules that they may refer to.

Frozen values without any knowledge of YAML; `loading` makes them, `compile` and `sample` use them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from voiced.flow import SlotValue
    from voiced.grammar.expression import Expression

_INLINE_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)(?:,(\d+))?")  # {0..100,5:level}


@dataclass(frozen=True, eq=False, slots=True)
class Template:
    """A parsed template, and where it stands."""

    text: str
    expression: Expression
    language: str
    where: str  # file:line
    column: int | None  # of the text's first character, from 1; None if the text runs over several lines


@dataclass(frozen=True, eq=False, slots=True)
class TextValue:
    """One value of a list: what is said, and what it means."""

    said: Template
    plain: bool  # nothing but words; its expression is their text
    value: SlotValue | None  # None: what was said
    context: Mapping[str, object] = field(default_factory=dict)  # Home Assistant's, for `requires_context`


@dataclass(frozen=True, eq=False, slots=True)
class TextList:
    """`values:`."""

    values: tuple[TextValue, ...]


@dataclass(frozen=True, slots=True)
class NumberRange:
    """`range:`."""

    start: int
    stop: int
    step: int = 1
    fractions: tuple[float, ...] = ()  # besides every whole number: 0.5, or tenths
    multiplier: float = 1.0
    digits: bool = True
    words: bool = True
    language: str = "en"

    def numbers(self) -> Iterator[int | float]:
        """What may be said, in order."""
        for whole in range(self.start, self.stop + 1, self.step):
            yield whole
            yield from (round(whole + fraction, 1) for fraction in self.fractions)

    def value(self, number: float) -> int | float:
        """What it means: a whole number stays one."""
        value = number * self.multiplier
        return int(value) if float(value).is_integer() and not self.fractions else value


@dataclass(frozen=True, slots=True)
class Wildcard:
    """`wildcard: true`: any words."""


ListDefinition: TypeAlias = TextList | NumberRange | Wildcard


@dataclass(frozen=True, eq=False, slots=True)
class Scope:
    """The lists and rules that a sentence can see."""

    lists: Mapping[str, ListDefinition]
    rules: Mapping[str, Template]
    language: str
    skip_words: tuple[str, ...] = ()  # may be said between any others

    def list_named(self, name: str) -> ListDefinition | None:
        """A list, or a range that is written in the reference itself."""
        if name in self.lists:
            return self.lists[name]
        inline = _INLINE_RANGE.fullmatch(name)
        if inline is None:
            return None
        return NumberRange(int(inline[1]), int(inline[2]), int(inline[3] or 1), language=self.language)


@dataclass(frozen=True, eq=False, slots=True)
class Sentence:
    """One template of an intent."""

    intent: str
    template: Template
    slots: Mapping[str, SlotValue]  # set whatever is said, unless the sentence says otherwise
    scope: Scope
    requires: Mapping[str, object] = field(default_factory=dict)  # context that a list value must not contradict
    excludes: Mapping[str, object] = field(default_factory=dict)  # context that a list value must not have
