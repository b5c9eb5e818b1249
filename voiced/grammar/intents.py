"""The formats of intents files, as pydantic models: our own, and Home Assistant's custom sentences.

It judges files that `plain` did not take, explains what is wrong, and gives the JSON Schema.

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
its lists; its files are mended before they come here (`home_assistant`). `requires_context` and `excludes_context`
choose among list values with a `context`. Accepted without effect, because they concern answers and Home Assistant's
own indices: `responses`, `response`, `metadata`, `required_keywords`, `inferred_domain`, `name_domains`.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
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

# Strict: the text "5" does not become a number, nor 1 a switch.
SlotValue = StrictStr | StrictInt | StrictFloat | StrictBool | list[JsonValue] | dict[str, JsonValue]
Context = dict[str, JsonValue]


# The names of these models are those of the frozen values in `source` and `action_template`: one meaning, before and
# after the check. Field by field `frozen` turns one into the other.
class ActionTemplate(Section):
    """One thing that an intent does: an MQTT message, or a program."""

    topic: Annotated[str, AfterValidator(action_template.valid_topic)] = ""  # of a message
    payload: JsonValue = ""
    qos: int = Field(default=1, ge=0, le=2)
    retain: bool = False
    expires: float = Field(default=10.0, gt=0)
    map: dict[str, dict[str, JsonValue]] = Field(default_factory=dict)  # slot → its value as text → what to send
    run: Annotated[tuple[str, ...], AfterValidator(action_template.valid_command)] = ()  # a program and its arguments
    timeout: float | None = Field(default=None, gt=0)  # seconds after which the program is ended

    # For editors: exactly one of two.
    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["topic"]}, {"required": ["run"]}]})

    @model_validator(mode="after")
    def _check(self) -> Self:
        frozen(self)  # keeps the rules
        return self


class ListValue(Section):
    """One value of a list: a text, or what is said (`in`, a template) and what it means (`out`)."""

    # `in` is a keyword in Python, so the field has another name than the key.
    said: str = Field(alias="in")
    out: JsonValue = None  # None: what was said
    context: Context = Field(default_factory=dict)
    metadata: JsonValue = None

    # All other keys are attributes.
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, JsonValue] = Field(init=False)

    # As the frozen value has them.
    @property
    def attributes(self) -> dict[str, JsonValue]:
        return self.__pydantic_extra__

    @model_validator(mode="after")
    def _check(self) -> Self:
        frozen(self)  # keeps the rules
        return self


class NumberRange(Section):
    """A range of numbers (`range:`), both ends included, said in digits, in words or both."""

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


# What may be typed is wider than the model: a short value is written out before it is checked. The schema knows both.
ListValueInput = Annotated[
    ListValue, BeforeValidator(source.list_value, json_schema_input_type=str | float | ListValue)
]


class ListSource(Section):
    """A list: its values, a range of numbers, any words, a type, or the values of other lists."""

    # One of the five; `source.ListSource` says so where it is not.
    values: tuple[ListValueInput, ...] | None = None
    range: NumberRange | None = None
    wildcard: bool = False
    type: source.ListType | None = None
    join: tuple[str, ...] | None = None  # names of lists
    # Of types that have them.
    start: int | None = Field(default=None, alias="from")
    stop: int | None = Field(default=None, alias="to")
    step: int | None = Field(default=None, ge=1)
    fractions: source.Fractions | None = None
    form: source.ColorForm | None = Field(default=None, alias="as")

    @model_validator(mode="after")
    def _check(self) -> Self:
        frozen(self)  # keeps the rules
        return self


# `room: [kitchen, hall]` is short for `room: {values: [kitchen, hall]}`.
def _list_source(given: Any) -> Any:
    return {"values": given} if isinstance(given, list) else given


ListInput = Annotated[
    ListSource, BeforeValidator(_list_source, json_schema_input_type=list[ListValueInput] | ListSource)
]


class DataBlock(Section):
    """Home Assistant's block of sentences that share slots, lists and rules."""

    sentences: tuple[str, ...]
    slots: dict[str, JsonValue] = Field(default_factory=dict)
    requires_context: Context = Field(default_factory=dict)
    excludes_context: Context = Field(default_factory=dict)
    lists: dict[str, ListInput] = Field(default_factory=dict)
    expansion_rules: dict[str, str] = Field(default_factory=dict)
    # Accepted without effect.
    response: JsonValue = None
    metadata: JsonValue = None
    settings: JsonValue = None
    required_keywords: JsonValue = None
    inferred_domain: JsonValue = None
    name_domains: JsonValue = None


# `action:` takes one mapping, or a list of them.
def _one_or_many(given: Any) -> Any:
    return [given] if isinstance(given, dict) else given


class IntentSource(Section):
    """One intent: its sentences, the actions it sends, and examples that must match."""

    description: str = ""
    sentences: tuple[str, ...] = ()
    slots: dict[str, SlotValue] = Field(default_factory=dict)  # values of slots that a sentence does not set
    action: Annotated[
        tuple[ActionTemplate, ...],
        BeforeValidator(_one_or_many, json_schema_input_type=ActionTemplate | list[ActionTemplate]),
    ] = ()
    compound: StrictBool | None = None  # whether other commands may be said with it: "… and …"
    examples: dict[str, dict[str, SlotValue] | None] = Field(default_factory=dict)
    data: tuple[DataBlock, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        frozen(self)  # keeps the rules
        return self


class IntentsFile(Section):
    """A whole file."""

    language: Annotated[str, AfterValidator(source.valid_language)] = "en"
    intents: dict[str, IntentSource] = Field(default_factory=dict)
    lists: dict[str, ListInput] = Field(default_factory=dict)
    rules: dict[str, str] = Field(default_factory=dict)
    expansion_rules: dict[str, str] = Field(default_factory=dict)  # Home Assistant's name for rules
    skip_words: tuple[str, ...] = ()  # words that may be said between any others, such as "please"
    folding: StrictBool | None = None  # whether accents may be missing, and the like; None: as the language has it
    joining_words: tuple[str, ...] | None = None  # words that join two commands; default: those of the language
    settings: JsonValue = None
    responses: JsonValue = None


# Model → the frozen value that the rest of the room sees.
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
    """A value with each model in it as its frozen counterpart; raises ValueError if a rule between keys is broken."""
    match given:
        # From the inside out: the fields first, then the value that holds them, whose rules may refer to them.
        case Section():
            kind = _FROZEN[type(given)]
            return kind(**{each.name: frozen(getattr(given, each.name)) for each in fields(kind)})
        case tuple():
            return tuple(map(frozen, given))
        case dict():
            return {name: frozen(value) for name, value in given.items()}
    return given


def read(document: Document) -> source.IntentsFile:
    """The content of an intents file; raises ConfigError with everything that is wrong with it."""
    found: source.IntentsFile = frozen(checked(document, IntentsFile))
    return found


def intents_schema() -> dict[str, object]:
    """The JSON Schema (2020-12) of intents files in both formats, for editors."""
    # "validation": what may be typed, short forms included, not what comes out.
    schema = IntentsFile.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "voiced intents"}
