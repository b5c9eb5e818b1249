"""Several commands in one text: each is understood by itself, and what is one command stays one."""

from __future__ import annotations

from typing import Any

import pytest

from voiced import grammar
from voiced.flow import Continuation
from voiced.grammar.continuation import continuation

HOUSE = grammar.parse("""
intents:
  Light: {sentences: ["turn {state} [the] {room} light[s]", "lights {state}"]}
  Blinds: {sentences: ["(open|close) [the] blinds [please]"]}
  Add: {sentences: ["add {item} to [the] list"]}
  Buy: {sentences: ["buy {thing}"]}
  Note: {sentences: ["note {item}"]}
  Any: {sentences: ["{item}, computer"]}
  Volume: {sentences: ["set the volume to {percent}"]}
  Never: {sentences: ["never mind"], compound: false}
lists:
  state: ["on", "off"]
  room: [kitchen, hall]
  item: {wildcard: true}
  thing: [salt, pepper, salt and pepper]
  percent: {range: {from: 0, to: 200}}
skip_words: [now]
""")


def commands_of(text: str, commands: grammar.Grammar = HOUSE) -> list[tuple[str, dict[str, Any], str]]:
    """Intent, slots and words of each command of the best meaning."""
    match = commands.match(text)
    return [(each.intent, dict(each.slots), text[slice(*each.said)]) for each in match.commands] if match else []


@pytest.mark.parametrize("joining", [" and ", ", and ", " & ", " then ", ". And then, ", " AND AFTER THAT "])
def test_two_commands(joining: str) -> None:
    assert commands_of(f"Turn off the kitchen lights{joining}close the blinds.") == [
        ("Light", {"state": "off", "room": "kitchen"}, "Turn off the kitchen lights"),
        ("Blinds", {}, "close the blinds"),
    ]


def test_many_commands() -> None:
    text = " and ".join(["lights on", "close the blinds", "buy salt", "lights off"] * 50)
    assert [intent for intent, _, _ in commands_of(text)] == ["Light", "Blinds", "Buy", "Light"] * 50


@pytest.mark.parametrize(
    "text",
    [
        "close the blinds and",
        "and close the blinds",
        "close the blinds and and lights on",
        "close the blinds and the lights",
        "close the blinds lights on",
        "close the blinds, lights on",
        "close the blinds and never mind",  # switched off
        "never mind and close the blinds",
        "buy salt and",
    ],
)
def test_no_command_and_no_compound(text: str) -> None:
    assert commands_of(text) == []


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("buy salt and pepper", "Buy", {"thing": "salt and pepper"}),
        ("add milk and bread to the list", "Add", {"item": "milk and bread"}),
        ("note close the blinds and lights on", "Note", {"item": "close the blinds and lights on"}),
        ("set the volume to one hundred and five", "Volume", {"percent": 105}),
        ("close and lights on, computer", "Any", {"item": "close and lights on"}),
    ],
)
def test_one_command_stays_one(text: str, intent: str, slots: dict[str, object]) -> None:
    assert [(name, found) for name, found, _ in commands_of(text)] == [(intent, slots)]


def test_a_wildcard_gives_back_a_whole_command() -> None:
    """Where the words around both say so."""
    text = "add milk to the list and add bread to the list"
    assert commands_of(text) == [
        ("Add", {"item": "milk"}, "add milk to the list"),
        ("Add", {"item": "bread"}, "add bread to the list"),
    ]
    assert [len(match.commands) for match in HOUSE.matches(text)] == [2, 1]


def test_a_wildcard_at_the_end_takes_all_that_follows() -> None:
    assert commands_of("close the blinds and note milk and lights on") == [
        ("Blinds", {}, "close the blinds"),
        ("Note", {"item": "milk and lights on"}, "note milk and lights on"),
    ]


def test_fewest_commands_are_best() -> None:
    commands = grammar.parse("""
intents:
  A: {sentences: ["go {x}", "{x} it is"]}
lists: {x: [a, b, a and b]}
""")
    assert [found for _, _, found in commands_of("go a and b and b it is", commands)] == ["go a and b", "b it is"]
    assert [found for _, _, found in commands_of("go a and b it is", commands)] == ["go a", "b it is"]


def test_where_slots_were_said() -> None:
    text = "Lights  ON, and turn off the Hall light"
    match = HOUSE.match(text)
    assert match is not None
    spans = [{slot: text[slice(*span)] for slot, span in each.spans.items()} for each in match.commands]
    assert spans == [{"state": "ON"}, {"state": "off", "room": "Hall"}]
    assert {each.text for each in match.commands} == {text}


def test_words_that_mean_nothing() -> None:
    assert [intent for intent, _, _ in commands_of("lights now on now and now close now the blinds please now")] == [
        "Light",
        "Blinds",
    ]


def test_a_compound_is_another_meaning() -> None:
    meanings = {match.meaning for text in ("lights on", "lights on and buy salt") for match in HOUSE.matches(text)}
    assert len(meanings) == 2


def test_languages_without_spaces() -> None:
    commands = grammar.parse("""
language: zh
intents: {A: {sentences: ["打开{x}[ 吧]"]}, B: {sentences: ["关上窗户"]}}
lists: {x: [灯, 电视]}
""")
    for text in ("打开灯然后关上窗户", "打开灯 然后 关上窗户", "打开灯, 然后关上窗户", "关上窗户并且打开电视"):
        match = commands.match(text)
        assert match is not None, text
        assert len(match.commands) == 2


def test_arabic_and_is_written_with_the_next_word() -> None:
    commands = grammar.parse("""
language: ar
intents: {A: {sentences: [شغل النور]}, B: {sentences: [أغلق الباب]}}
""")
    for text in ("شغل النور وأغلق الباب", "شغل النور ثم أغلق الباب"):
        match = commands.match(text)
        assert match is not None, text
        assert [each.intent for each in match.commands] == ["A", "B"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("close the blinds", Continuation.COMPLETE),  # nobody waits for another command
        ("close the blinds and", Continuation.UNFINISHED),
        ("close the blinds and turn", Continuation.UNFINISHED),
        ("close the blinds and then", Continuation.UNFINISHED),
        ("close the blinds and lights on", Continuation.COMPLETE),
        ("lights on and set the volume to 20", Continuation.EXTENDABLE),
        ("never mind", Continuation.COMPLETE),
        ("never mind and", Continuation.UNKNOWN),
    ],
)
def test_what_may_follow(text: str, expected: Continuation) -> None:
    # "{item}, computer" may begin with anything: then nothing tells what follows.
    assert continuation(WITHOUT_ANY, text) is expected


WITHOUT_ANY = grammar.parse("""
intents:
  Light: {sentences: ["turn {state} [the] light[s]", "lights {state}"]}
  Blinds: {sentences: ["(open|close) [the] blinds [please]"]}
  Volume: {sentences: ["set the volume to {0..200:percent}"]}
  Never: {sentences: ["never mind"], compound: false}
lists: {state: ["on", "off"]}
""")


def test_what_is_no_command_is_told_at_once() -> None:
    """However often "and" is said: no part is matched unless the whole may be a compound."""
    text = " and ".join(["lights on"] * 100)
    assert commands_of(f"{text} and on") == []
    wild = " and ".join(["add x to the list"] * 60)
    assert len(commands_of(wild)) == 60
