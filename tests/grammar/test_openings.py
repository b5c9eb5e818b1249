"""What goes without saying at the beginning of a sentence."""

from __future__ import annotations

import pytest

from voiced import grammar
from voiced.grammar import goes_without_saying, openings

INTENTS = """\
language: en
intents:
  Order:
    sentences: ["(make me|I want) [a] [{size}] {drink} [with milk]"]
  Light:
    sentences: ["turn {state} the {room} light", "(turn|switch) the {room} light {state}"]
  Timer:
    sentences: ["start a timer for {minutes} minutes", "{minutes} minutes please"]
  Note:
    sentences: ["note {text}"]
lists:
  size: [small, large]
  drink: [coffee, latte]
  state: ["on", "off"]
  room: [kitchen, living room]
  minutes: {range: {from: 1, to: 60}}
  text: {wildcard: true}
"""


@pytest.fixture(scope="module")
def commands() -> grammar.Grammar:
    return grammar.parse(INTENTS)


@pytest.mark.parametrize(
    ("opening", "rest", "expected"),
    [
        ("make me", "a large latte", True),
        ("i want a", "large latte with milk", True),
        ("make me a", "coffee", True),
        ("make me a large", "latte", False),  # it would be one of no size
        ("make me a latte", "with milk", False),
        ("turn", "on the kitchen light", True),
        ("switch", "the kitchen light off", True),
        ("turn on", "the kitchen light", False),
        ("start a timer", "for 20 minutes", True),
        ("start a timer for", "20 minutes", True),
        ("note", "buy a latte", False),  # whatever was said
        ("note buy a", "large latte", False),  # that is an order
    ],
)
def test_a_beginning_that_changes_nothing(commands: grammar.Grammar, opening: str, rest: str, expected: bool) -> None:  # noqa: FBT001
    assert goes_without_saying(commands, opening, rest) is expected


def test_where_other_commands_end_alike_the_beginning_decides() -> None:
    stop = "language: en\nintents:\n  Stop:\n    sentences: [stop the music]\n"
    assert goes_without_saying(grammar.parse(stop), "stop", "the music")
    resume = stop + "  Resume:\n    sentences: [resume the music]\n"
    assert not goes_without_saying(grammar.parse(resume), "stop", "the music")


def test_too_many_beginnings_are_not_followed(commands: grammar.Grammar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openings, "_FAR", 10)
    assert not goes_without_saying(commands, "make me", "a large latte")
