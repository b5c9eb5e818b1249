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

from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    JsonValue,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    model_validator,
)

from voiced.foundations.sections import Section, checked
from voiced.grammar import action_template, source

if TYPE_CHECKING:
    from voiced.foundations.yaml_source import Document

Scalar = StrictStr | StrictInt | StrictFloat | StrictBool
Context = dict[str, JsonValue]


class ActionTemplate(Section):
    """One message that an intent sends."""

    topic: Annotated[str, AfterValidator(action_template.valid_topic)]
    payload: JsonValue = ""
    qos: int = Field(default=1, ge=0, le=2)
    retain: bool = False
    expires: float = Field(default=10.0, gt=0)


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
    def _check(self) -> Self:
        frozen(self)  # keeps the rules
        return self


ListValueInput = Annotated[
    ListValue, BeforeValidator(source.list_value, json_schema_input_type=str | float | ListValue)
]


class ListSource(Section):
    """A list: its values, a range of numbers, or any words."""

    values: tuple[ListValueInput, ...] | None = None
    range: NumberRange | None = None
    wildcard: bool = False

    @model_validator(mode="after")
    def _check(self) -> Self:
        frozen(self)  # keeps the rules
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
    def _check(self) -> Self:
        frozen(self)  # keeps the rules
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


_FROZEN: dict[type[Section], type[Any]] = {
    ActionTemplate: action_template.ActionTemplate,
    ListValue: source.ListValue,
    NumberRange: source.NumberRange,
    ListSource: source.ListSource,
    DataBlock: source.DataBlock,
    IntentSource: source.IntentSource,
    IntentsFile: source.IntentsFile,
}


def frozen(given: Any) -> Any:
    """Every section of a value as its counterpart in `source`, which knows the rules between keys; else ValueError."""
    match given:
        case Section():
            kind = _FROZEN[type(given)]
            return kind(**{each.name: frozen(getattr(given, each.name)) for each in fields(kind)})
        case tuple():
            return tuple(map(frozen, given))
        case dict():
            return {name: frozen(value) for name, value in given.items()}
    return given


def read(document: Document) -> source.IntentsFile:
    """What a file says, or ConfigError with everything that is wrong with it."""
    found: source.IntentsFile = frozen(checked(document, IntentsFile))
    return found


def intents_schema() -> dict[str, object]:
    """JSON Schema of intents files, for editors: our own format and Home Assistant's."""
    schema = IntentsFile.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "voiced intents"}
