"""What may follow a text, and which first words may be missing, by the grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from voiced import grammar
from voiced.flow import Continuation
from voiced.grammar import goes_without_saying
from voiced.grammar.continuation import continuation

if TYPE_CHECKING:
    from pathlib import Path

INTENTS = """\
language: en
intents:
  Light:
    sentences: ["(turn|switch) {state} [the] light[s] [in [the] {room}]"]
  Heating:
    sentences: ["set [the] {room} to {degrees} degrees", "set the volume to {percent}"]
  Stop:
    sentences: ["stop"]
  Lock:
    sentences: ["lock the door", "lock the door of the garage [please]"]
  Date:
    sentences:
      - what is the date [today]
      - what is the weather [like [now]]
      - what time is it[ now]
      - tell me the weather in {room} [room]
  Note:
    sentences: ["note {text}"]
lists:
  state: ["on", "off"]
  room: [kitchen, living room]
  degrees: {range: {from: 5, to: 30}}
  percent: {range: {from: 0, to: 200}}
  text: {wildcard: true}
skip_words: [please]
"""
COMPLETE, EXTENDABLE, _CONCLUDED, UNFINISHED, UNKNOWN = Continuation


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> grammar.Grammar:
    folder: Path = tmp_path_factory.mktemp("intents")
    (folder / "house.yaml").write_text(INTENTS)
    return grammar.load([folder])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Stop.", COMPLETE),
        ("turn on the lights in the kitchen", COMPLETE),
        ("Turn on the lights", EXTENDABLE),
        ("turn on the light", EXTENDABLE),
        ("turn on the light in", UNFINISHED),
        ("turn on the light in the...", UNFINISHED),
        ("turn on the light in the living", UNFINISHED),
        ("turn", UNFINISHED),
        ("set the kitchen to 20", UNFINISHED),
        ("set the kitchen to twenty degrees", COMPLETE),
        ("set the volume to 20", EXTENDABLE),  # …five
        ("set the volume to twenty", EXTENDABLE),
        ("set the volume to 25", COMPLETE),
        ("set the volume to 2", EXTENDABLE),  # …hundred
        ("set the volume to 100", EXTENDABLE),  # …and twenty
        ("set the volume to 200", COMPLETE),
        ("lock the door", EXTENDABLE),
        ("lock the door of the garage", COMPLETE),
        ("lock the door of the garage please", COMPLETE),
        ("what is the date", COMPLETE),  # "today" would change nothing
        ("what is the weather", COMPLETE),
        ("what time is it", COMPLETE),
        ("what is the weather like please", COMPLETE),
        ("tell me the weather in living", UNFINISHED),
        ("tell me the weather in the living", UNKNOWN),
        ("tell me the weather in living room", COMPLETE),
        ("please", UNFINISHED),
        ("note", UNFINISHED),
        ("note buy milk", UNKNOWN),  # a wildcard takes whatever comes
        ("make me a sandwich", UNKNOWN),
        ("turn on the ligh", UNKNOWN),  # speech ends between words
        ("", UNKNOWN),
    ],
)
def test_what_may_follow(commands: grammar.Grammar, text: str, expected: Continuation) -> None:
    assert continuation(commands, text) is expected


LATER = """\
language: en
intents:
  Light:
    sentences: ["turn {state} the light[s]"]
  Later:
    sentences: ["{command} in {minutes} minutes"]
  Note:
    sentences: ["note {command}", "note the number {minutes} and all"]
lists:
  state: ["on", "off"]
  minutes: {range: {from: 1, to: 60}}
  command: {wildcard: true}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("turn off the lights", EXTENDABLE),  # "in five minutes" may follow
        ("turn off the", UNFINISHED),
        ("turn off the light please", UNKNOWN),
        ("note", UNFINISHED),
        ("note the number five", UNKNOWN),  # a note is a command by then
        ("note turn off the lights", UNKNOWN),
        ("turn off the lights in", UNKNOWN),
        ("turn off the lights in five minutes", UNKNOWN),
    ],
)
def test_where_anything_may_be_said_before_something_a_command_is_a_command(text: str, expected: Continuation) -> None:
    assert continuation(grammar.parse(LATER), text) is expected


ORDERS = """\
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
def orders() -> grammar.Grammar:
    return grammar.parse(ORDERS)


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
def test_a_beginning_that_changes_nothing(orders: grammar.Grammar, opening: str, rest: str, expected: bool) -> None:  # noqa: FBT001
    assert goes_without_saying(orders, opening, rest) is expected


def test_where_other_commands_end_alike_the_beginning_decides() -> None:
    stop = "language: en\nintents:\n  Stop:\n    sentences: [stop the music]\n"
    assert goes_without_saying(grammar.parse(stop), "stop", "the music")
    resume = stop + "  Resume:\n    sentences: [resume the music]\n"
    assert not goes_without_saying(grammar.parse(resume), "stop", "the music")


def test_too_many_beginnings_are_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiced.grammar.openings._MOST_PLACES", 10)
    assert not goes_without_saying(grammar.parse(ORDERS), "make me", "a large latte")
