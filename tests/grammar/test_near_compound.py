"""The nearest compound: what is right stays, and what is not is told."""

from __future__ import annotations

import pytest

from voiced import grammar
from voiced.grammar import nearest, understand

HOUSE = """
intents:
  Light: {sentences: ["turn {state} [the] {room} light"]}
  Blinds: {sentences: ["close [the] blinds", "good night"]}
  Note: {sentences: ["add {item} to [my|the] list"]}
  Lock: {sentences: ["lock [the] {room} door"], compound: false}
lists: {state: ["on", "off"], room: [kitchen, hall], item: {wildcard: true}}
"""


@pytest.mark.parametrize(
    ("text", "near", "difference"),
    [
        ("Turn on the hall light and close the blindz", "Turn on the hall light and close the blinds", "'blindz'"),
        ("turn on the garage light and then good night", "turn on the kitchen light and then good night", "'garage'"),
        ("god night, and turn on the hall light", "good night, and turn on the hall light", "'god'"),
        (
            "turn on the hal light and good night then close the blindz",
            "turn on the hall light and good night then close the blinds",
            "'hal' is not in list room, but 'hall' is; 'blinds' was expected, not 'blindz'",
        ),
        # What is joined is no command: one sentence, which a wildcard takes.
        ("add milk and bread to the lisst", "add milk and bread to the list", "'list' was expected, not 'lisst'"),
    ],
)
def test_what_is_right_stays(text: str, near: str, difference: str) -> None:
    commands = grammar.parse(HOUSE)
    found = nearest(commands, understand(commands, text))
    assert found is not None
    assert found.text == near
    assert difference in found.difference
    assert commands.match(near)


@pytest.mark.parametrize("text", ["good night and lock the hall dor", "good night and make me a sandwich", "and and"])
def test_what_would_be_no_command_is_not_told(text: str) -> None:
    commands = grammar.parse(HOUSE)
    found = nearest(commands, understand(commands, text))
    assert found is None or not found.text or commands.match(found.text)
