"""Lists as tables: attributes of values in topics and payloads, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from voiced import grammar
from voiced.acting.actions import actions_of, messages
from voiced.errors import ConfigError
from voiced.foundations.yaml_source import document
from voiced.grammar.intents import intents_schema

if TYPE_CHECKING:
    from voiced.grammar import Grammar

DEVICES = """
intents:
  LightSet:
    sentences: ["turn {state} [the] {light} [and {light}]", "<all> {state}"]
    action:
      topic: "{light.topic}/set"
      payload: {state: "{state}", room: "{light.room}", dim: "{light.levels}", as: "{light} of {intent}"}
lists:
  light:
    - {in: "kitchen (light|lamp)", out: kitchen, topic: "zigbee2mqtt/Kitchen/Ceiling", room: kitchen, levels: [1, 2]}
    - {in: "desk lamp", topic: "cmnd/desk", room: office, levels: 5}
  state: [on, {in: off, out: "off"}]
rules: {all: "the {light} now"}
"""


def sent(commands: Grammar, text: str) -> list[tuple[str, Any]]:
    actions = messages(actions_of(commands, grammar.understand(commands, text)))
    return [(action.topic, json.loads(action.payload)) for action in actions]


def test_actions_use_attributes() -> None:
    commands = grammar.parse(DEVICES)
    assert sent(commands, "turn on the kitchen lamp") == [
        (
            "zigbee2mqtt/Kitchen/Ceiling/set",
            {"state": "on", "room": "kitchen", "dim": [1, 2], "as": "kitchen of LightSet"},
        )
    ]
    match = commands.match("the desk lamp now off")
    assert match is not None
    assert match.attributes == {"light": {"topic": "cmnd/desk", "room": "office", "levels": 5}}


def test_a_topic_with_several_values_is_repeated_for_each() -> None:
    commands = grammar.parse(DEVICES)
    assert [(topic, payload["as"]) for topic, payload in sent(commands, "turn off desk lamp and kitchen light")] == [
        ("cmnd/desk/set", "desk lamp of LightSet"),
        ("zigbee2mqtt/Kitchen/Ceiling/set", "kitchen of LightSet"),
    ]
    alone = grammar.parse(DEVICES.replace('topic: "{light.topic}/set"', "topic: lights"))
    [(_, payload)] = sent(alone, "turn off desk lamp and kitchen light")
    assert payload == {
        "state": "off", "room": ["office", "kitchen"], "dim": [5, [1, 2]], "as": '["desk lamp", "kitchen"] of LightSet',
    }  # fmt: skip


def test_a_value_that_is_a_list_is_one_value() -> None:
    intents = "intents: {A: {sentences: ['{c}'], action: {topic: 'x/{c}', payload: 1}}}"
    file = f"{intents}\nlists: {{c: [{{in: red, out: [255, 0]}}]}}"
    assert sent(grammar.parse(file), "red") == [("x/[255, 0]", 1)]


def test_facts_of_the_command() -> None:
    file = "intents: {A: {sentences: ['say {text}', hello], action: {topic: 'a/{intent}', payload: '{confidence}'}}}"
    commands = grammar.parse(file + "\nlists: {text: {wildcard: true}}")
    assert sent(commands, "hello") == [("a/A", 1)]
    free = grammar.parse("intents: {A: {sentences: [hello], action: {topic: 'a/{text}', payload: '1'}}}")
    assert sent(free, "Hello/") == [("a/Hello_", 1)]


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("room: office, ", "", "5: the action needs 'light.room', but 'desk lamp' in intents.yaml:11 has no 'room'"),
        ('topic: "cmnd/desk"', 'topics: "cmnd/desk"', "has no 'topic'; did you mean 'topics'?"),
        ("{light.topic}", "{state.topic}", "'on' in intents.yaml:12 has no 'topic'"),
        ("{light.topic}", "{lamp.topic}", "no sentence of the intent has the slot 'lamp'"),
        ("room: office", "contxt: office", "did you mean 'context'?"),
        ("room: office", "metadat: office", "did you mean 'metadata'?"),
        ("room: office", '"the room": office', "the attribute 'the room' cannot be named in an action"),
    ],
)  # fmt: skip
def test_what_lacks_an_attribute_is_told(before: str, after: str, problem: str) -> None:
    with pytest.raises(ConfigError) as raised:
        grammar.parse(DEVICES.replace(before, after, 1))
    assert any(problem in each for each in raised.value.problems), raised.value.problems


@pytest.mark.parametrize("light", ["{range: {from: 1, to: 3}}", "{wildcard: true}"])
def test_numbers_and_free_words_have_no_attributes(light: str) -> None:
    intents = "intents: {A: {sentences: ['on {light}'], action: {topic: '{light.topic}'}}}"
    file = f"{intents}\nlists: {{light: {light}}}"
    with pytest.raises(ConfigError, match="has no values with attributes"):
        grammar.parse(file)


def test_the_schema_knows_attributes() -> None:
    jsonschema.validate(document(DEVICES, "a.yaml").data, intents_schema())


def test_values_that_are_said_alike_differ_by_attributes() -> None:
    file = "intents: {A: {sentences: ['{l}']}}\nlists: {l: [{in: x, out: 1, at: a}, {in: x, out: 2, at: b}]}"
    assert [match.attributes["l"] for match in grammar.parse(file).matches("x")] == [{"at": "a"}, {"at": "b"}]
