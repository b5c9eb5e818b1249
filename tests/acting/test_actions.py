"""Matches become messages: slots in topics and payloads, numbers that stay numbers, topics that stay where they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from voiced import grammar
from voiced.acting.actions import actions_for, actions_of, messages
from voiced.flow import Action, Match, Outcome, Program, SlotValue
from voiced.grammar.action_template import ActionTemplate

if TYPE_CHECKING:
    from pydantic import JsonValue


def sent(payload: JsonValue, **slots: SlotValue) -> str:
    """The payload of the message for a match with these slots."""
    [action] = messages(actions_for([ActionTemplate(topic="t", payload=payload)], Match("Intent", slots, "", {})))
    return action.payload


def test_an_action_has_the_settings_of_its_template() -> None:
    template = ActionTemplate(topic="home/{room}/light", payload="{state}", qos=2, retain=True, expires=3)
    match = Match("LightSet", {"room": "kitchen", "state": "on"}, "kitchen on", {})
    assert actions_for([template], match) == (Action("home/kitchen/light", "on", qos=2, retain=True, expires=3),)
    assert actions_for([ActionTemplate(topic="t")], match) == (Action("t", ""),)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("{room} at {level} %", "hall at 21 %"),
        ("{half}", "20.5"),
        ('{"level": {level}}', '{"level": 21}'),
        ({"level": "{level}", "half": "{half}"}, '{"level": 21.0, "half": 20.5}'),
        ({"text": "level {level}", "deep": [{"room": "{room}"}, None, True, 5]},
         '{"text": "level 21", "deep": [{"room": "hall"}, null, true, 5]}'),
        ({"room": "{cafe}"}, '{"room": "caf\u00e9"}'),
        (["{room}"], '["hall"]'),
        (5, "5"),
        (True, "true"),
        (None, ""),
        ("{not a slot}", "{not a slot}"),
    ],
)  # fmt: skip
def test_payloads(payload: JsonValue, expected: str) -> None:
    assert sent(payload, room="hall", level=21.0, half=20.5, cafe="caf\u00e9") == expected


INJECTED = 'open a", "force": "yes'


@pytest.mark.parametrize(
    ("payload", "filled"),
    [
        ('{"do": "{text}"}', {"do": INJECTED}),
        ('{"do": {text}}', {"do": INJECTED}),
        ('["say {text}", {level}, {state}]', [f"say {INJECTED}", 21, True]),
        (' {"do": "\\"{text}\\\\"} ', {"do": f'"{INJECTED}\\'}),
        ('"{text}"', INJECTED),
        ('{"level": {level}{level}, "on": {flag}}', {"level": 2121, "on": False}),
    ],
)
def test_what_is_said_adds_nothing_to_json_that_was_written_by_hand(payload: str, filled: object) -> None:
    assert json.loads(sent(payload, text=INJECTED, level=21.0, state="true", flag=False)) == filled


NESTED = json.dumps({"do": "{text}", "level": 5})


@pytest.mark.parametrize("payload", [{"data": NESTED}, {"deep": [{"data": NESTED}]}, json.dumps({"data": NESTED})])
def test_what_is_said_adds_nothing_to_json_in_a_text_of_json(payload: JsonValue) -> None:
    found = json.loads(sent(payload, text=INJECTED))
    data = found["data"] if "data" in found else found["deep"][0]["data"]
    assert json.loads(data) == {"do": INJECTED, "level": 5}


def test_json_three_times_in_json() -> None:
    thrice = json.dumps({"a": json.dumps({"b": json.dumps({"c": "{text}"})})})
    assert json.loads(json.loads(json.loads(sent(thrice, text=INJECTED))["a"])["b"]) == {"c": INJECTED}


@pytest.mark.parametrize("text", ["[{room}] {text}", "[{room}]", '"{text}"', "{text}: [{room}]", "\\u00{room}{room}"])
def test_brackets_and_quotes_for_people_stay_as_they_are(text: str) -> None:
    filled = text.replace("{text}", 'say "x"').replace("{room}", "22")
    assert json.loads(sent({"title": text}, text='say "x"', room="22")) == {"title": filled}


def test_a_code_that_depends_on_a_slot() -> None:
    assert json.loads(sent('{"a": "\\\\ \\u00{room}{room}"}', room="2")) == {"a": '\\ "'}


def test_what_is_said_adds_nothing_to_json_in_an_argument() -> None:
    template = ActionTemplate(run=("curl", "-d", '{"do": "{text}", "of": [{level}, {text}]}'))
    slots: dict[str, SlotValue] = {"text": INJECTED + "\x1b\n", "level": 21.0}
    [found] = actions_for([template], Match("Intent", slots, "", {}, free=frozenset({"text"})))
    assert isinstance(found, Program)
    # What a key would do is written as an escape, which does nothing to whoever reads JSON.
    assert json.loads(found.command[2]) == {"do": INJECTED + "\x1b\n", "of": [21, INJECTED + "\x1b\n"]}


@pytest.mark.parametrize("said", ['{"force": 1}', "[1, 2]"])
def test_free_words_are_no_object_and_no_list(said: str) -> None:
    template = ActionTemplate(topic="t", payload='{"do": {text}}')
    [free] = messages(actions_for([template], Match("Intent", {"text": said}, "", {}, free=frozenset({"text"}))))
    assert json.loads(free.payload) == {"do": said}
    assert json.loads(sent(template.payload, text=said)) == {"do": json.loads(said)}  # an author may


@pytest.mark.parametrize("said", ["NaN", "Infinity", "1, 2", '{"a": 1', "[" * 100_000, "\x1b", "tr\u00fce"])
def test_what_is_said_is_one_value_of_json(said: str) -> None:
    assert json.loads(sent('{"do": {text}}', text=said)) == {"do": said}


@pytest.mark.parametrize("payload", ["{text}", "say {text}", '{text} says "hello"', '{"a": {text}'])
def test_other_texts_stay_as_they_are(payload: str) -> None:
    assert sent(payload, text=INJECTED) == payload.replace("{text}", INJECTED)


@pytest.mark.parametrize(
    ("topic", "value", "filled"),
    [
        ("{text}/set", "$SYS", "_SYS/set"),
        ("{text}", "$share", "_share"),
        ("home/{text}", "$SYS", "home/$SYS"),
        ("home/{text}", "a\x1bb\ud800c\ufffe", "home/a_b_c_"),
    ],
)
def test_what_is_said_cannot_name_a_topic_of_the_broker(topic: str, value: str, filled: str) -> None:
    match = Match("Note", {"text": value}, "", {}, free=frozenset({"text"}))
    [action] = messages(actions_for([ActionTemplate(topic=topic)], match))
    assert action.topic == filled


@pytest.mark.parametrize(("value", "filled"), [("kitchen/coffee", "kitchen/coffee"), ("a+b", "a_b"), ("a\0b", "a_b")])
def test_what_an_author_wrote_may_be_several_levels(value: str, filled: str) -> None:
    [action] = messages(actions_for([ActionTemplate(topic="home/{room}")], Match("Note", {"room": value}, "", {})))
    assert action.topic == f"home/{filled}"


@pytest.mark.parametrize("value", ["a/b", "a+b", "a#b", "a\0b"])
def test_what_is_said_cannot_choose_another_topic(value: str) -> None:
    template = ActionTemplate(topic="note/{text}", payload="{text}")
    assert actions_for([template], Match("Note", {"text": value}, "", {}, free=frozenset({"text"}))) == (
        Action("note/a_b", value),
    )


HOUSE = grammar.parse("""
intents:
  Night: {sentences: [good night], action: {topic: night, payload: "1", expires: 60}}
  Light:
    sentences: ["light {state}"]
    action: [{topic: light, payload: "{state}", expires: 20}, {topic: log}]
  Note: {sentences: ["note that"]}
lists: {state: ["on", "off"]}
""")


def test_a_compound_is_done_in_the_order_in_which_it_was_said() -> None:
    found = messages(actions_of(HOUSE, grammar.understand(HOUSE, "light off and good night and light on")))
    assert [(action.topic, action.payload) for action in found] == [
        ("light", "off"),
        ("log", ""),
        ("night", "1"),
        ("light", "on"),
        ("log", ""),
    ]


@pytest.mark.parametrize(
    ("text", "seconds"), [("good night", 60.0), ("good night and light on", 10.0), ("good night and note that", 10.0)]
)
def test_all_of_a_compound_is_in_time_or_nothing(text: str, seconds: float) -> None:
    transcript = grammar.understand(HOUSE, text)
    assert Outcome("id", transcript, actions_of(HOUSE, transcript)).good_for == seconds


# -- programs ----------------------------------------------------------------------------------------


def commands(*run: str, free: set[str] | None = None, several: bool = False, **slots: SlotValue) -> list[list[str]]:
    """The commands of a template for a match with these slots."""
    match = Match(
        "Intent", slots, "", {}, free=frozenset(free or ()), several=frozenset(slots) if several else frozenset()
    )
    return [list(each.command) for each in actions_for([ActionTemplate(run=run)], match) if isinstance(each, Program)]


def test_a_program_has_the_settings_of_its_template() -> None:
    template = ActionTemplate(run=("xdotool", "key", "{key}"), timeout=3, expires=20, map={"key": {"copy": "ctrl+c"}})
    match = Match("Press", {"key": "copy"}, "press copy", {})
    assert actions_for([template], match) == (Program(("xdotool", "key", "ctrl+c"), timeout=3, expires=20),)
    assert actions_for([ActionTemplate(run=("true",))], match) == (Program(("true",), timeout=10, expires=10),)


@pytest.mark.parametrize("said", ["a b", "a; rm -rf /", "$(id)", "`id`", "'", '"', "a\\", "*", "~", "", "| x", "&"])
def test_what_is_said_is_one_argument(said: str) -> None:
    assert commands("notify-send", "{text}", "to {text}", text=said, free={"text"}) == [
        ["notify-send", said, f"to {said}"]
    ]


@pytest.mark.parametrize(
    ("argument", "said", "filled"),
    [
        ("{text}", "--help", "help"),
        ("{text}", "- +x", "x"),
        ("{text}{text}", "-", ""),
        ("{text}!", "--", "!"),
        ("--title={text}", "-x", "--title=-x"),
        ("{text}", "a -x", "a -x"),
        ("{text}", "a\nb\x1b\0\ud800c", "a b   c"),
    ],
)
def test_what_is_said_is_no_option_and_presses_no_key(argument: str, said: str, filled: str) -> None:
    assert commands("xdotool", argument, text=said, free={"text"}) == [["xdotool", filled]]


def test_what_an_author_wrote_may_be_an_option() -> None:
    assert commands("amixer", "{how}", "{level}", how="-q", level=-5.0) == [["amixer", "-q", "-5"]]


def test_facts_attributes_and_braces_in_arguments() -> None:
    house = grammar.parse("""
intents:
  Focus:
    sentences: ["(focus|show) [the] {app}"]
    action: {run: [wmctrl, -x, -a, "{app.window}", "{intent}", '{"json": "{app}"}', "{other} {}"], map: {app: {web: W}}}
    slots: {other: 1}
lists: {app: [{in: browser, out: web, window: Navigator}]}
""")
    [found] = actions_of(house, grammar.understand(house, "show the browser"))
    assert isinstance(found, Program)
    assert found.command[3:] == ("Navigator", "Focus", '{"json": "W"}', "1 {}")


def test_a_program_is_run_for_each_of_several_values() -> None:
    found = commands("wmctrl", "-c", "{app}", app=["firefox", "gedit"], several=True)
    assert found == [["wmctrl", "-c", "firefox"], ["wmctrl", "-c", "gedit"]]


def test_messages_and_programs_stay_in_the_order_of_the_file() -> None:
    templates = [ActionTemplate("a"), ActionTemplate(run=("b",)), ActionTemplate("c"), ActionTemplate(run=("d",))]
    found = actions_for(templates, Match("Intent", {}, "", {}))
    assert [each.command[0] if isinstance(each, Program) else each.topic for each in found] == ["a", "b", "c", "d"]
