"""Lists that are made of others: joined ones, and those that a filter leaves."""

from __future__ import annotations

import json
import time

import pytest

from voiced import grammar
from voiced.errors import ConfigError

TABLE = """
intents:
  A:
    sentences:
      - "cook by {light[room=kitchen]}"
      - "<upper> off"
      - "move {light[ room = kitchen , floor=1 ]:one} away"
      - "all {all_lights:light} on"
lists:
  light:
    - {in: stove lamp, room: kitchen, floor: 1}
    - {in: desk lamp, room: office, floor: 1}
    - {in: "(ceiling|big) lamp", out: ceiling, room: [kitchen, hall], floor: 2}
  others: [porch, {in: gate, room: garden}]
  all_lights: {join: [light, others]}
rules: {upper: "[the] {light[floor=2]}"}
"""


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("cook by stove lamp", {"light": "stove lamp"}),
        ("cook by big lamp", {"light": "ceiling"}),
        ("cook by desk lamp", None),
        ("the ceiling lamp off", {"light": "ceiling"}),
        ("the stove lamp off", None),
        ("move stove lamp away", {"one": "stove lamp"}),
        ("move ceiling lamp away", None),
        ("all porch on", {"light": "porch"}),
        ("all desk lamp on", {"light": "desk lamp"}),
    ],
)
def test_the_values_that_are_left(text: str, slots: dict[str, object] | None) -> None:
    match = grammar.parse(TABLE).match(text)
    assert (match.slots if match else None) == slots


def test_attributes_are_kept() -> None:
    commands = grammar.parse(TABLE)
    found = [commands.match(text) for text in ("all gate on", "cook by stove lamp")]
    assert [match and match.attributes["light"] for match in found] == [
        {"room": "garden"},
        {"room": "kitchen", "floor": 1},
    ]
    assert commands.warnings == ()


def test_a_joined_list_may_be_filtered_and_joined_again() -> None:
    text = TABLE.replace("all {all_lights:light} on", "all {more[room=garden]:light} on").replace(
        "  others:", "  more: {join: [all_lights, light]}\n  others:"
    )
    commands = grammar.parse(text)
    assert commands.match("all gate on")
    assert commands.match("all porch on") is None


def problems_of(before: str, after: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        grammar.parse(TABLE.replace(before, after, 1))
    return [problem.splitlines()[0] for problem in raised.value.problems]


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (
            "{light[room=kitchen]}",
            "{light[room=kitchn]}",
            "intents.yaml:5:18: no value of the list 'light' has 'room=kitchn'; 'room' is one of: kitchen, office",
        ),
        ("{light[room", "{light[rom", "no value of the list 'light' has the attribute 'rom'; did you mean 'room'?"),
        ("{light[room", "{lights[room", "5:18: there is no list 'lights'; did you mean 'light'?"),
        ("{light[room=kitchen]}", "{light[room]}", "'[room]' is no filter; write it as in '{light[room=kitchen]}'"),
        ("{light[room=kitchen]}", "{light[room=kitchen}", "5:18: '{' is never closed"),
        ("room = kitchen , floor=1", "room=office,floor=2", "has all of 'room=office,floor=2'; ask for less"),
        ("[floor=2]", "[floor=7]", "16:23: no value of the list 'light' has 'floor=7'; 'floor' is one of: 1, 2"),
        ("join: [light, others]", "join: [light, other]", "there is no list 'other' to join; did you mean 'others'?"),
        ("join: [light, others]", "join: [light, all_lights]", "joined in a circle, 'all_lights' \u2192 'all_lights'"),
        ("others: [porch, {in: gate, room: garden}]", "others: {wildcard: true}", "has no values, and only values"),
        ("join: [light, others]", "join: []", "'join' is empty"),
        ("join: [light, others]", "join: [light], values: [a]", "keep one of them"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_told(before: str, after: str, problem: str) -> None:
    told = problems_of(before, after)
    assert any(problem in each for each in told), told


def test_a_circle_is_told_once_with_its_place() -> None:
    file = "intents: {A: {sentences: ['go {a}']}}\nlists:\n  a: {join: [b]}\n  b: {join: [a]}\n"
    with pytest.raises(ConfigError) as raised:
        grammar.parse(file)
    [problem] = raised.value.problems
    assert "lists are joined in a circle" in problem
    assert problem.startswith(("intents.yaml:3", "intents.yaml:4"))


def test_chains_of_joined_lists_have_an_end() -> None:
    lists = {f"l{n}": {"join": [f"l{n - 1}", f"v{n}"]} for n in range(1, 3_000)} | {"l0": ["zero"]}
    file = {
        "intents": {"A": {"sentences": ["go {l2999}"]}},
        "lists": lists | {f"v{n}": [f"w{n}"] for n in range(3_000)},
    }
    begun = time.monotonic()
    with pytest.raises(ConfigError, match="joined lists hold more than 200,000 values"):
        grammar.parse(json.dumps(file))
    assert time.monotonic() - begun < 20


def test_equal_filters_are_one_part() -> None:
    one = grammar.parse(TABLE)
    more = grammar.parse(
        TABLE.replace("cook by {light[room=kitchen]}", "cook by ({light[room=kitchen]}|{light[ room=kitchen ]:x})")
    )
    assert len(more.automaton.letters) - len(one.automaton.letters) < 15


def test_values_in_several_lists_are_warned_of_once() -> None:
    commands = grammar.parse(TABLE.replace("porch,", "porch, {in: porch, out: veranda}, {in: pörch, out: p},"))
    assert [warning.split(":")[1] for warning in commands.warnings] == ["14", "14"]
    assert all("in the list 'others'" in warning for warning in commands.warnings)
