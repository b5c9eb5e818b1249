"""Sentences that another intent takes, that mean two things, and values that are never reached."""

from __future__ import annotations

import pytest

from voiced import grammar
from voiced.advice import meanings
from voiced.foundations.resources import shipped


def told(text: str) -> list[str]:
    commands = grammar.parse(text, "a.yaml")
    return [*meanings.check_values(commands), *meanings.check_meanings(commands)]


def test_the_intents_that_ship_are_clear() -> None:
    commands = grammar.load([shipped("intents")])
    assert [*meanings.check_values(commands), *meanings.check_meanings(commands)] == []


def test_an_intent_that_another_one_takes() -> None:
    equal, taken = told("""
intents:
  General: {sentences: ["turn [on|off] the light"]}
  Special: {sentences: ["turn on the light"]}
""")
    assert "'turn on the light' means 'General', and as well 'Special' (a.yaml:4)" in equal
    assert taken == (
        "a.yaml:4: 'turn on the light', and all else that this sentence says, is understood as 'General' (a.yaml:3), "
        "not as 'Special'; give it other words, or remove it"
    )


def test_a_wildcard_that_takes_what_another_intent_says() -> None:
    (warning,) = told("""
intents:
  Note: {sentences: ["note down {x}"]}
  Milk: {sentences: ["note {what} {when}"]}
lists: {x: {wildcard: true}, what: [down], when: [today, tomorrow]}
""")
    assert "is understood as 'Note' (a.yaml:3), not as 'Milk'" in warning


def test_words_of_its_own_win_over_a_wildcard() -> None:
    assert (
        told("""
intents:
  Note: {sentences: ["note {x}"]}
  Time: {sentences: ["note the time"]}
lists: {x: {wildcard: true}}
""")
        == []
    )


def test_a_sentence_that_means_two_things() -> None:
    (warning,) = told("""
intents:
  One: {sentences: ["open {room}"]}
  Two: {sentences: ["open {area}"]}
lists: {room: [kitchen], area: [attic, kitchen]}
""")
    assert warning == (
        "a.yaml:3: 'open kitchen' means 'One room=kitchen', and as well 'Two area=kitchen' (a.yaml:4), of which the "
        "first counts; change one of them"
    )


def test_a_value_that_is_never_reached() -> None:
    (warning,) = told("""
intents: {A: {sentences: ["go to {room}"]}}
lists:
  room:
    - {in: hall, out: one}
    - {in: Hall, out: two}
    - {in: kitchen, out: one}
""")
    assert warning.startswith("a.yaml:6: 'Hall' of list room never means 'two': a.yaml:5 says the same for 'one'; ")


@pytest.mark.parametrize("second", ["{in: hall, out: one}", "{in: hallway, out: two}", "{in: '[the] hall', out: two}"])
def test_values_that_can_be_reached(second: str) -> None:
    """The same meaning, other words, or another way to say it."""
    assert (
        told(f"""
intents: {{A: {{sentences: ["go to {{room}}"]}}}}
lists:
  room:
    - {{in: hall, out: one}}
    - {second}
""")
        == []
    )
