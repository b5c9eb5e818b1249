"""What an intents file may say: our own concise format, and Home Assistant's custom sentences as they are.

    language: en
    intents:
      LightSet:
        sentences: ["turn {state} [the] {room} light[s]"]
        action: {topic: "home/{room}/light/set", payload: "{state}"}
        examples: {"turn on the kitchen lights": {state: "on", room: kitchen}}
    lists:
      state: [on, off]
      room: [kitchen, {in: "(living room|lounge)", out: living_room}]
      level: {range: {from: 0, to: 100}}

Home Assistant's format has `data:` blocks in place of `sentences:`, `expansion_rules:` for `rules:`, and `values:` in
its lists. `requires_context` and `excludes_context` choose among list values with a `context`; what they say about the
device that listens cannot be known here and is not asked for. Accepted and without effect, for they are about answers
and about Home Assistant's own indices: `responses`, `response`, `metadata`, `settings`, `required_keywords`,
`inferred_domain`, `name_domains`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, JsonValue, StrictBool, StrictFloat, StrictInt, StrictStr, model_validator

from voiced.actions import ActionTemplate
from voiced.grammar.expression import is_template
from voiced.yaml_source import Section

Scalar = StrictStr | StrictInt | StrictFloat | StrictBool
Context = dict[str, JsonValue]
_LARGEST = 10_000  # numbers of a range; each has several spellings


class ListValue(Section):
    """One value of a list: a text, or what is said (`in`, a template) and what it means (`out`)."""

    said: str = Field(alias="in", min_length=1)
    out: JsonValue = None  # None: what was said
    context: Context = Field(default_factory=dict)
    metadata: JsonValue = None


class NumberRange(Section):
    """`range:` numbers from … to, in digits and in words."""

    start: int = Field(alias="from")
    stop: int = Field(alias="to")
    step: int = Field(default=1, ge=1)
    type: Literal["number", "percentage", "temperature"] = "number"  # for readers; all are numbers
    fractions: Literal["halves", "tenths"] | None = None
    multiplier: float | None = None  # the slot's value is the number times this
    digits: bool = True
    words: bool = True
    words_language: str | None = None  # default: the file's

    @model_validator(mode="after")
    def _check(self) -> NumberRange:
        if self.start > self.stop:
            raise ValueError(f"the range goes from {self.start} down to {self.stop}; swap 'from' and 'to'")
        if len(range(self.start, self.stop + 1, self.step)) > _LARGEST:
            raise ValueError(f"the range holds more than {_LARGEST:,} numbers; use a larger 'step'")
        if not (self.digits or self.words):
            raise ValueError("neither 'digits' nor 'words' may be said; leave one of them true")
        return self


def _list_value(given: Any) -> Any:
    """`kitchen` is short for `{in: kitchen, out: kitchen}`, 5 for `{in: "5", out: 5}`, `big [one]` for `{in: …}`."""
    if isinstance(given, bool) or given is None:
        written = "empty" if given is None else str(given).lower()
        raise ValueError(f"the value is {written}; put it in quotes if it is a word")
    if isinstance(given, str):
        return {"in": given} if is_template(given) else {"in": given, "out": given}
    if isinstance(given, (int, float)):
        return {"in": str(given), "out": given}
    return given


ListValueInput = Annotated[ListValue, BeforeValidator(_list_value, json_schema_input_type=str | float | ListValue)]


class ListSource(Section):
    """A list: its values, a range of numbers, or any words."""

    values: tuple[ListValueInput, ...] | None = None
    range: NumberRange | None = None
    wildcard: bool = False

    @model_validator(mode="after")
    def _check(self) -> ListSource:
        if self.values == ():
            raise ValueError("the list is empty; give it values")
        if (self.values is not None) + (self.range is not None) + self.wildcard != 1:
            raise ValueError("a list has either values, or a 'range', or 'wildcard: true'; keep one of them")
        return self


def _list_source(given: Any) -> Any:
    return {"values": given} if isinstance(given, list) else given


ListInput = Annotated[
    ListSource, BeforeValidator(_list_source, json_schema_input_type=list[ListValueInput] | ListSource)
]


class DataBlock(Section):
    """Home Assistant's block of sentences that share slots, lists and rules."""

    sentences: tuple[str, ...] = Field(min_length=1)
    slots: dict[str, JsonValue] = Field(default_factory=dict)
    requires_context: Context = Field(default_factory=dict)
    excludes_context: Context = Field(default_factory=dict)
    lists: dict[str, ListInput] = Field(default_factory=dict)
    expansion_rules: dict[str, str] = Field(default_factory=dict)
    response: JsonValue = None
    metadata: JsonValue = None
    settings: JsonValue = None
    required_keywords: JsonValue = None
    inferred_domain: JsonValue = None
    name_domains: JsonValue = None


def _one_or_many(given: Any) -> Any:
    return [given] if isinstance(given, dict) else given


class IntentSource(Section):
    """One intent: how it is said, what it sends, and examples that must come out right."""

    description: str = ""
    sentences: tuple[str, ...] = ()
    slots: dict[str, Scalar] = Field(default_factory=dict)  # values of slots that a sentence does not set
    action: Annotated[
        tuple[ActionTemplate, ...],
        BeforeValidator(_one_or_many, json_schema_input_type=ActionTemplate | list[ActionTemplate]),
    ] = ()
    examples: dict[str, dict[str, Scalar] | None] = Field(default_factory=dict)
    data: tuple[DataBlock, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> IntentSource:
        if not self.sentences and not self.data:
            raise ValueError("the intent has no sentences; add some under 'sentences'")
        return self


class IntentsFile(Section):
    """A whole file."""

    language: str = "en"
    intents: dict[str, IntentSource] = Field(default_factory=dict)
    lists: dict[str, ListInput] = Field(default_factory=dict)
    rules: dict[str, str] = Field(default_factory=dict)
    expansion_rules: dict[str, str] = Field(default_factory=dict)  # Home Assistant's name for rules
    skip_words: tuple[str, ...] = ()  # words that may be said between any others, such as "please"
    settings: JsonValue = None
    responses: JsonValue = None


def intents_schema() -> dict[str, object]:
    """JSON Schema of intents files, for editors: our own format and Home Assistant's."""
    schema = IntentsFile.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "voiced intents"}
