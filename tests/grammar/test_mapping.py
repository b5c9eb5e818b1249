"""Maps of actions: what stands for a value, and what a map lacks."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from voiced import grammar
from voiced.acting.actions import actions_of, messages
from voiced.errors import ConfigError
from voiced.foundations.yaml_source import document
from voiced.grammar.intents import intents_schema

FILE = """
intents:
  A:
    sentences: ["{state} [the] {light}", "{state} {light} and {light}", "level {level:state} of {light}", "name it {free:state} {light}"]
    slots: {mode: day}
    action:
      topic: "home/{light}/{state}"
      payload: {p: "{state}", r: "{light.room}", t: "{state} {mode}", all: "{light}"}
      map:
        state: {on: 1, off: "0", 5: [full], else: "#/x"}
        light: {desk: cmnd/desk, stove: z}
        light.room: {office: null, kitchen: K}
        mode: {day: D}
lists:
  state: [on, {in: out, out: off}]
  level: {range: {from: 0, to: 10}}
  free: {wildcard: true}
  light:
    - {in: desk, room: office}
    - {in: desk lamp, out: desk, room: office}
    - {in: stove, out: stove, room: kitchen}
"""  # noqa: E501


def sent(text: str, file: str = FILE) -> list[tuple[str, Any]]:
    commands = grammar.parse(file)
    return [
        (each.topic, json.loads(each.payload))
        for each in messages(actions_of(commands, grammar.understand(commands, text)))
    ]


@pytest.mark.parametrize(
    ("text", "topic", "payload"),
    [
        ("on the stove", "home/z/1", {"p": 1, "r": "K", "t": "1 D", "all": "z"}),
        ("out desk lamp", "home/cmnd/desk/0", {"p": "0", "r": None, "t": "0 D", "all": "cmnd/desk"}),
        ("level five of stove", 'home/z/["full"]', {"p": ["full"], "r": "K", "t": '["full"] D', "all": "z"}),
        ("level 4 of stove", "home/z/4", {"p": 4, "r": "K", "t": "4 D", "all": "z"}),
        ("name it a/b stove", "home/z/a_b", {"p": "a/b", "r": "K", "t": "a/b D", "all": "z"}),
        ("name it else stove", "home/z/_/x", {"p": "#/x", "r": "K", "t": "#/x D", "all": "z"}),
    ],
)
def test_what_stands_for_a_value(text: str, topic: str, payload: dict[str, object]) -> None:
    assert sent(text) == [(topic, payload)]


def test_each_of_several_values_is_mapped() -> None:
    assert [(topic, told["all"]) for topic, told in sent("on stove and desk lamp")] == [
        ("home/z/1", "z"),
        ("home/cmnd/desk/1", "cmnd/desk"),
    ]
    [(topic, told)] = sent("on stove and desk lamp", FILE.replace("home/{light}", "home"))
    assert (topic, told["all"], told["r"]) == ("home/1", ["z", "cmnd/desk"], ["K", None])


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('off: "0", ', "", "6: the map of 'state' lacks 'off', which may be said (intents.yaml:15)"),
        (", kitchen: K", "", "the map of 'light.room' lacks 'kitchen', which may be said (intents.yaml:21); add it"),
        ("stove: z", "stov: z", "the map of 'light' lacks 'stove'"),
        ("mode: {day: D}", "mode: {night: D}", "the map of 'mode' lacks 'day'"),
        ("mode: {day: D}", "mod: {day: D}", "the map of 'mod' has no use"),
        ("mode: {day: D}", "mode: D", "map"),
    ],
)  # fmt: skip
def test_what_a_map_lacks_is_told(before: str, after: str, problem: str) -> None:
    with pytest.raises(ConfigError) as raised:
        grammar.parse(FILE.replace(before, after, 1))
    assert any(problem in each for each in raised.value.problems), raised.value.problems


def test_the_schema_knows_maps_and_joins() -> None:
    jsonschema.validate(document(FILE + "  all: {join: [state, light]}\n", "a.yaml").data, intents_schema())


def test_a_number_that_stands_for_what_was_not_said_stays_as_it_is() -> None:
    file = (
        "intents: {A: {sentences: [go, 'go {speed}'], slots: {speed: 0}, action: {topic: t, payload: '{speed}', "
        "map: {speed: {100: '\"max\"'}}}}}\nlists: {speed: {range: {from: 0, to: 100}}}\n"
    )
    assert [sent(text, file) for text in ("go", "go 100", "go 5")] == [[("t", 0)], [("t", "max")], [("t", 5)]]
