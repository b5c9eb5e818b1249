"""What slots hold: whatever JSON holds, as the author wrote it."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from voiced import grammar
from voiced.acting.actions import actions_of, messages

COLORS = """
intents:
  ColorSet:
    sentences: ["lamp {color}", "make it {color:tint} and {color}"]
    slots: {tint: [1, 2], extra: {a: [b]}}
    action: {topic: "lamp/set", payload: {color: "{color}", text: "now {color}"}}
    examples:
      lamp red: {color: [255, 0, 0], extra: {a: [b]}}
lists:
  color:
    - {in: red, out: [255, 0, 0]}
    - {in: "[light] blue", out: {h: 240, s: 100}}
    - {in: nothing, out: []}
    - {in: off, out: false}
"""


@pytest.mark.parametrize(
    ("said", "value", "payload"),
    [
        ("red", [255, 0, 0], '{"color": [255, 0, 0], "text": "now [255, 0, 0]"}'),
        ("blue", {"h": 240, "s": 100}, '{"color": {"h": 240, "s": 100}, "text": "now {\\"h\\": 240, \\"s\\": 100}"}'),
        ("nothing", [], '{"color": [], "text": "now []"}'),
        ("off", False, '{"color": false, "text": "now false"}'),
    ],
)  # fmt: skip
def test_a_value_is_what_the_file_says(said: str, value: Any, payload: str) -> None:
    commands = grammar.parse(COLORS)
    assert grammar.check_examples(commands) == []
    transcript = grammar.understand(commands, f"lamp {said}")
    assert transcript.match is not None
    assert transcript.match.slots == {"color": value, "tint": [1, 2], "extra": {"a": ["b"]}}
    assert [action.payload for action in messages(actions_of(commands, transcript))] == [payload]


def test_an_example_tells_values_apart() -> None:
    [problem] = grammar.check_examples(
        grammar.parse(COLORS.replace("lamp red: {color: [255, 0, 0]", "lamp red: {color: [255, 0, 1]"))
    )
    assert problem.endswith("is understood otherwise: color is [255, 0, 0], not [255, 0, 1]")


def test_what_is_drawn_has_the_same_values() -> None:
    commands = grammar.parse(COLORS)
    for sample in commands.sample(Random(1), 40):
        assert (sample.intent, sample.slots) in [(each.intent, each.slots) for each in commands.matches(sample.text)]


def test_values_that_differ_are_meanings_of_their_own() -> None:
    file = (
        "intents: {A: {sentences: ['{c}']}}\nlists: {c: [{in: x, out: [1]}, {in: x, out: [2]}, {in: x, out: {a: 1}}]}"
    )
    assert [match.slots["c"] for match in grammar.parse(file).matches("x")] == [[1], [2], {"a": 1}]
