"""The content of an intents file as frozen values, with the rules between keys, which raise ValueError.

`plain` makes these values of files that are plainly right, `intents` of all others: the rules stand once, here.
Knows no YAML and no pydantic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from voiced.foundations.nearest import did_you_mean
from voiced.grammar.expression import is_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from voiced.flow import SlotValue
    from voiced.grammar.action_template import ActionTemplate

    Context: TypeAlias = Mapping[str, JsonValue]

LARGEST_NUMBER = 1_000_000_000  # of a range, in either direction, and the largest `multiplier`
_LONG_KEYS = ("out", "context", "metadata")  # of a value, besides `in`; whatever else it has are attributes
_ATTRIBUTE = re.compile(r"\w+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,3}")  # BCP 47: "de", "de-AT", "zh_Hant_TW"
MOST_NUMBERS = 10_000  # of one range: each has several spellings, and each spelling its states


@dataclass(frozen=True, eq=False, slots=True)
class ListValue:
    """One value of a list: what is said, a template (`in`), and what it means (`out`)."""

    said: str
    out: JsonValue = None  # None: what was said
    context: Context = field(default_factory=dict)
    attributes: Mapping[str, JsonValue] = field(default_factory=dict)  # all other keys

    def __post_init__(self) -> None:
        for name in self.attributes:
            # `contxt` and `uot` are no attributes that anybody wants; `min` is one.
            swapped = next((f"; did you mean '{key}'?" for key in _LONG_KEYS if sorted(key) == sorted(name)), "")
            if meant := swapped or did_you_mean(name, _LONG_KEYS, least=0.75):
                raise ValueError(f"the key '{name}' looks mistyped{meant} Attributes need another name")
            # Actions name it in braces.
            if not _ATTRIBUTE.fullmatch(name):
                raise ValueError(f"the attribute '{name}' cannot be named in an action; use letters, digits and '_'")


def valid_language(language: str) -> str:
    """The language unchanged; raises ValueError if it is no code such as `de` or `de-AT`: it names files of rules."""
    # "../x" would be another folder.
    if not _LANGUAGE.fullmatch(language):
        raise ValueError(f"{language!r} is no language; write its code, such as 'en', 'de' or 'pt-BR'")
    return language


def list_value(given: Any) -> Any:
    """Write a short value of a list out as a mapping; anything else is returned as it is, to be judged later.

    `kitchen` → `{in: kitchen, out: kitchen}`, 5 → `{in: "5", out: 5}`, `big [one]` → `{in: "big [one]"}`. Raises
    ValueError for `true`, `false` and nothing: in YAML they look like words.
    """
    # bool first: in Python True is an int.
    if isinstance(given, bool) or given is None:
        written = "empty" if given is None else str(given).lower()
        raise ValueError(f"the value is {written}; put it in quotes if it is a word")
    # Words mean themselves; a template means what was said of it.
    if isinstance(given, str):
        return {"in": given} if is_template(given) else {"in": given, "out": given.strip()}
    # A number is said in digits or in words: "5" has both spellings.
    if isinstance(given, (int, float)):
        return {"in": str(given), "out": given}
    return given


@dataclass(frozen=True, eq=False, slots=True)
class NumberRange:
    """A range of numbers, both ends included, said in digits, in words or both."""

    start: int
    stop: int
    step: int = 1
    fractions: Literal["halves", "tenths"] | None = None
    multiplier: float | None = None  # the slot's value is the number times this
    digits: bool = True
    words: bool = True
    words_language: str | None = None  # None: the file's

    def __post_init__(self) -> None:
        # Each rule says what is wrong and what to do; the caller adds file and line.
        if max(abs(self.start), abs(self.stop), abs(self.multiplier or 0)) > LARGEST_NUMBER:
            raise ValueError(
                f"numbers of a range, and its 'multiplier', go up to {LARGEST_NUMBER:,}; write smaller ones"
            )
        if self.words_language is not None:
            valid_language(self.words_language)
        if self.start > self.stop:
            raise ValueError(f"the range goes from {self.start} down to {self.stop}; swap 'from' and 'to'")
        # Fractions stand beside each whole number: one half, or nine tenths.
        each = {None: 1, "halves": 2, "tenths": 10}[self.fractions]
        if each * len(range(self.start, self.stop + 1, self.step)) > MOST_NUMBERS:
            instead = ", or no 'fractions'" if self.fractions else ""
            raise ValueError(f"the range holds more than {MOST_NUMBERS:,} numbers; use a larger 'step'{instead}")
        if not (self.digits or self.words):
            raise ValueError("neither 'digits' nor 'words' may be said; leave one of them true")


ListType: TypeAlias = Literal["color", "date", "duration", "number", "percent", "spelling", "time"]
ColorForm: TypeAlias = Literal["hex", "rgb", "hsb", "name"]
Fractions: TypeAlias = Literal["none", "halves", "tenths"]
# Type → keys beside it.
_OPTIONS = {
    "color": {"as"},
    "number": {"from", "to", "step", "fractions"},
    "percent": {"from", "to", "step"},
    "spelling": {"from", "to"},
}
_MOST_LETTERS = 24  # of a spelling
_UP_TO = 100  # numbers and percents, unless the list says otherwise


@dataclass(frozen=True, eq=False, slots=True)
class ListSource:
    """A list: its values, a range of numbers, any words, a type, or the values of other lists."""

    values: tuple[ListValue, ...] | None = None
    range: NumberRange | None = None
    wildcard: bool = False
    type: ListType | None = None
    join: tuple[str, ...] | None = None  # names of lists
    # Of types that have them:
    start: int | None = None
    stop: int | None = None
    step: int | None = None
    fractions: Fractions | None = None
    form: ColorForm | None = None

    def __post_init__(self) -> None:
        if self.values == ():
            raise ValueError("the list is empty; give it values")
        if self.join == ():
            raise ValueError("'join' is empty; name the lists whose values this one has")
        # Exactly one of five; True counts as 1.
        kinds = (self.values, self.range, self.wildcard or None, self.type, self.join)
        if sum(kind is not None for kind in kinds) != 1:
            raise ValueError(
                "a list has values, or a 'range', or 'wildcard: true', or a 'type', or a 'join'; keep one of them"
            )
        self._check_options()

    def _check_options(self) -> None:
        # By the names that they have in the file.
        options = {
            "from": self.start,
            "to": self.stop,
            "step": self.step,
            "fractions": self.fractions,
            "as": self.form,
        }
        # A range has its bounds inside, so those beside the other kinds are misplaced.
        known = _OPTIONS.get(self.type or "", set())
        if unknown := [f"'{name}'" for name, value in options.items() if value is not None and name not in known]:
            what = f"the type '{self.type}'" if self.type else "a list without a type"
            raise ValueError(f"{what} takes no {' and no '.join(unknown)}; remove it")
        # Bounds of numbers are those of ranges.
        fewest, most = 1 if self.start is None else self.start, _MOST_LETTERS if self.stop is None else self.stop
        if self.type == "spelling" and not 1 <= fewest <= most <= _MOST_LETTERS:
            raise ValueError(f"a spelling has 1 to {_MOST_LETTERS} letters; choose 'from' and 'to' between them")
        if self.type in ("number", "percent"):
            fractions = None if self.fractions == "none" else self.fractions
            NumberRange(self.start or 0, _UP_TO if self.stop is None else self.stop, self.step or 1, fractions)


@dataclass(frozen=True, eq=False, slots=True)
class DataBlock:
    """Home Assistant's block of sentences that share slots, lists and rules."""

    sentences: tuple[str, ...]
    slots: Mapping[str, JsonValue]
    requires_context: Context
    excludes_context: Context
    lists: Mapping[str, ListSource]
    expansion_rules: Mapping[str, str]


@dataclass(frozen=True, eq=False, slots=True)
class IntentSource:
    """One intent: its sentences, the actions it sends, and examples that must match."""

    description: str = ""
    sentences: tuple[str, ...] = ()
    slots: Mapping[str, SlotValue] = field(default_factory=dict)  # of slots that a sentence does not set
    action: tuple[ActionTemplate, ...] = ()
    compound: bool | None = None  # whether other commands may be said with it; None: as the format has it
    examples: Mapping[str, Mapping[str, SlotValue] | None] = field(default_factory=dict)
    data: tuple[DataBlock, ...] = ()

    def __post_init__(self) -> None:
        # Sentences stand in `sentences`, or in Home Assistant's blocks of `data`.
        if not self.sentences and not self.data:
            raise ValueError("the intent has no sentences; add some under 'sentences'")


@dataclass(frozen=True, eq=False, slots=True)
class IntentsFile:
    """A whole file."""

    language: str = "en"
    intents: Mapping[str, IntentSource] = field(default_factory=dict)
    lists: Mapping[str, ListSource] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    expansion_rules: Mapping[str, str] = field(default_factory=dict)  # Home Assistant's name for rules
    skip_words: tuple[str, ...] = ()
    settings: JsonValue = None  # Home Assistant's
    folding: bool | None = None  # whether spellings are folded (`folding`); None: as is usual for the language
    joining_words: tuple[str, ...] | None = None  # None: those of the language

    def __post_init__(self) -> None:
        valid_language(self.language)

    @property
    def loose_spaces(self) -> bool:
        """Whether spaces beside letters of East Asia do not count."""
        return isinstance(self.settings, dict) and self.settings.get("ignore_whitespace") is True
