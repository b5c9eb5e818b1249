"""The JSON Schema of intents files, and the models that it is made of."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import jsonschema
import pytest

from voiced.foundations.resources import shipped
from voiced.foundations.yaml_source import document, read
from voiced.grammar import action_template, intents, source
from voiced.grammar.intents import intents_schema

if TYPE_CHECKING:
    from pathlib import Path

FILES = sorted(shipped("intents").glob("*.yaml"))
BOTH_FORMATS = """
intents:
  Own:
    sentences: ["turn {state} {room}"]
    action: {topic: "home/{room}", payload: "{state}"}
  Assistant:
    data:
      - sentences: ["set {room} to {level}"]
        requires_context: {domain: light}
lists: {state: ["on", "off"], room: {values: [hall]}, level: {range: {from: 0, to: 9}}}
"""


@pytest.mark.parametrize("name", ["ActionTemplate", "ListValue", "NumberRange", "ListSource", "DataBlock"])
def test_each_model_has_every_field_of_its_frozen_value(name: str) -> None:
    frozen = getattr(source, name, None) or getattr(action_template, name)
    # Attributes are whatever keys a value has besides.
    assert {field.name for field in fields(frozen)} - {"attributes"} <= set(getattr(intents, name).model_fields)


def test_a_file_becomes_frozen_values() -> None:
    content = intents.read(document(BOTH_FORMATS, "both.yaml"))
    assert content.intents["Own"].action == (action_template.ActionTemplate("home/{room}", "{state}"),)
    (block,) = content.intents["Assistant"].data
    assert (block.sentences, block.requires_context) == (("set {room} to {level}",), {"domain": "light"})
    assert isinstance(content.lists["level"].range, source.NumberRange)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_the_schema_accepts_what_ships(file: Path) -> None:
    schema = intents_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(read(file).data, schema)


@pytest.mark.parametrize(
    "wrong",
    [
        {"intents": {"A": {"sentences": "a"}}},
        {"intents": {"A": {"sentnces": ["a"]}}},
        {"intents": {"A": {"sentences": ["a"], "action": {"payload": "x"}}}},
        {"intents": {"A": {"sentences": ["a"], "action": {"topic": "x", "run": ["y"]}}}},
        {"intents": {"A": {"sentences": ["a"], "action": {"run": "y"}}}},
        {"lists": {"a": {"range": {"from": 1}}}},
        {"lists": {"a": [{"out": "b"}]}},
    ],
)
def test_the_schema_refuses_mistakes(wrong: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, intents_schema())
