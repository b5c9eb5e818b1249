"""Sentences, and the lists and rules that they refer to, as parsed and frozen values.

`loading` makes them of intents files; `compile`, `sample`, `prompts` and `checks` use them. Knows no YAML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

from voiced.grammar.folding import AS_WRITTEN, Folding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic import JsonValue

    from voiced.flow import SlotValue
    from voiced.grammar import source
    from voiced.grammar.expression import Expression

T = TypeVar("T")

_FRACTIONS = {None: (), "halves": (0.5,), "tenths": tuple(tenth / 10 for tenth in range(1, 10))}
_INLINE_RANGE = re.compile(r"(-?[0-9]{1,10})\.\.(-?[0-9]{1,10})(?:,([0-9]{1,10}))?")  # {0..100,5:level}


@dataclass(frozen=True, eq=False, slots=True)
class Template:
    """A parsed template, and its place in the files."""

    text: str
    expression: Expression
    language: str
    where: str  # file:line
    column: int | None  # of the text's first character, from 1; None if the text runs over several lines
    tolerant: bool = False  # Home Assistant's: left out if it cannot be used


@dataclass(frozen=True, eq=False, slots=True)
class TextValue:
    """One value of a list: what is said (`in`), and what it means (`out`)."""

    said: Template
    plain: bool  # only words, no brackets: the expression is one Text
    value: SlotValue | None  # None: what was said
    context: Mapping[str, object] = field(default_factory=dict)  # Home Assistant's, for `requires_context`
    attributes: Mapping[str, JsonValue] = field(default_factory=dict)  # whatever else the author says of it


@dataclass(frozen=True, eq=False, slots=True)
class TextList:
    """A list of values to choose from (`values:`)."""

    values: tuple[TextValue, ...]
    join: Mapping[str, str] = field(default_factory=dict)  # until `derived` adds their values: other lists → file:line


@dataclass(frozen=True, slots=True)
class NumberRange:
    """Numbers from `start` to `stop`, both included (`range:`)."""

    start: int
    stop: int
    step: int = 1
    fractions: tuple[float, ...] = ()  # besides every whole number: 0.5, or tenths
    multiplier: float = 1.0
    digits: bool = True
    words: bool = True
    language: str = "en"
    layout: str = ""  # of digits, where not any will do: "{:02}" is 05, as in 7:05

    def __len__(self) -> int:
        """How many numbers may be said."""
        return len(range(self.start, self.stop + 1, self.step)) * (1 + len(self.fractions))

    def numbers(self) -> Iterator[int | float]:
        """Yield the numbers that may be said, ascending within each whole number and its fractions."""
        # Each whole number brings its fractions along, rounded to tenths.
        for whole in range(self.start, self.stop + 1, self.step):
            yield whole
            yield from (round(whole + fraction, 1) for fraction in self.fractions)

    def value(self, number: float) -> int | float:
        """The slot's value for a number: an int if it is whole and the range has no fractions, else a float."""
        # "five minutes" with multiplier 60 is 300, not 300.0, and fifty times 2.55 is 127.5, not 127.49999999999999.
        value = float(f"{number * self.multiplier:.12g}")
        return int(value) if value.is_integer() and not self.fractions else value


def number_range(written: source.NumberRange, language: str) -> NumberRange:
    """The numbers of a range as a file writes it; in words of its language, or else of the file's."""
    # What the file leaves out is written out here: one meaning for all who come after.
    return NumberRange(
        written.start,
        written.stop,
        written.step,
        _FRACTIONS[written.fractions],
        1.0 if written.multiplier is None else written.multiplier,
        written.digits,
        written.words,
        written.words_language or language,
    )


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Any words (`wildcard: true`)."""


@dataclass(frozen=True, slots=True)
class TypedList:
    """What is said in many ways, and means a value that is computed (`type: duration`); `typed` knows how."""

    kind: str
    language: str
    start: int = 0  # bounds, of those types that have them
    stop: int = 0
    step: int = 1
    fractions: tuple[float, ...] = ()


ListDefinition: TypeAlias = TextList | NumberRange | Wildcard | TypedList


@dataclass(frozen=True, eq=False, slots=True)
class Scope:
    """The lists and rules that a sentence can refer to."""

    lists: Mapping[str, ListDefinition]
    rules: Mapping[str, Template]
    language: str
    skip_words: tuple[str, ...] = ()  # may be said between any others
    loose_spaces: bool = False  # those beside letters of East Asia do not count
    folding: Folding = AS_WRITTEN
    joining_words: tuple[str, ...] | None = None  # join two commands to a compound; None: those of the language
    gathers: bool = False  # of a typed list: the values of the lists inside are parts of one value
    _answers: dict[tuple[str, str], object] = field(init=False, default_factory=dict, repr=False)

    def of_rule(self, question: Callable[[Expression, Scope], T], name: str) -> T:
        """The answer to a question about a rule's expression, which is asked once.

        Rules that name the next one twice would be asked about 2ⁿ times if each reference were followed.
        """
        key = (question.__name__, name)
        if key not in self._answers:
            self._answers[key] = question(self.rules[name].expression, self)
        return cast("T", self._answers[key])

    def of_values(self, question: Callable[[Expression, Scope], T], name: str) -> list[T]:
        """The distinct answers to a question about the values of a list, which is asked once; none of another kind."""
        key = (question.__name__, f"{{{name}}}")
        if key not in self._answers:
            definition = self.list_named(name)
            values = definition.values if isinstance(definition, TextList) else ()
            self._answers[key] = list(dict.fromkeys(question(value.said.expression, self) for value in values))
        return cast("list[T]", self._answers[key])

    def list_named(self, name: str) -> ListDefinition | None:
        """The list of a name; for a name such as `0..100,5` the range that it spells out; None if there is neither."""
        # A list with that name comes first, whatever the name looks like.
        if name in self.lists:
            return self.lists[name]
        # `{0..100,5:level}`: from 0 to 100 in steps of 5, into the slot "level".
        inline = _INLINE_RANGE.fullmatch(name)
        if inline is None:
            return None
        return NumberRange(int(inline[1]), int(inline[2]), int(inline[3] or 1), language=self.language)


@dataclass(frozen=True, eq=False, slots=True)
class SentenceTemplate:
    """One template of an intent, and what belongs to it."""

    intent: str
    template: Template
    slots: Mapping[str, SlotValue]  # set whatever is said, unless the sentence says otherwise
    scope: Scope
    requires: Mapping[str, object] = field(default_factory=dict)  # context that a list value must not contradict
    excludes: Mapping[str, object] = field(default_factory=dict)  # context that a list value must not have
    compound: bool = False  # whether other commands may be said with it: "… and …"
    several: frozenset[str] = frozenset()  # slots that may have several values: "kitchen and bedroom"
