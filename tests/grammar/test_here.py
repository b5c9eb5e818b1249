"""Sentences that mean the room in which they are said."""

from __future__ import annotations

import pytest

from voiced import grammar

HERE = """
intents:
  TurnOn:
    data:
      - sentences: ["turn on the lights [in [the] {area}]"]
        slots: {domain: light}
        requires_context: {area: {slot: SLOT}}
      - sentences: ["turn on everything"]
lists:
  area: {values: [kitchen, hall]}
"""


@pytest.mark.parametrize(("slot", "name"), [("true", "area"), ("preferred_area", "preferred_area")])
def test_the_slot_is_the_room_of_the_microphone(slot: str, name: str) -> None:
    match = grammar.parse(HERE.replace("SLOT", slot), room="Attic").match("turn on the lights")
    assert match
    assert match.slots == {"domain": "light", name: "Attic"}


def test_what_is_said_wins() -> None:
    match = grammar.parse(HERE.replace("SLOT", "true"), room="Attic").match("turn on the lights in the hall")
    assert match
    assert match.slots["area"] == "hall"


def test_without_a_room_such_sentences_are_not_understood() -> None:
    commands = grammar.parse(HERE.replace("SLOT", "true"))
    assert commands.match("turn on the lights") is None
    assert commands.match("turn on everything")
    assert commands.warnings == ()


def test_a_context_that_fills_no_slot_is_left_alone() -> None:
    commands = grammar.parse(HERE.replace("SLOT", "false"))
    assert commands.match("turn on the lights in the kitchen")
