"""`requires_context` and `excludes_context` mean what they mean in Home Assistant, also for what is drawn."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from tests.grammar.hassil_judge import judge, readings
from voiced import grammar

LISTS = {
    "name": {
        "values": [
            {"in": "lamp", "out": "light.lamp", "context": {"domain": "light", "area": "hall"}},
            {"in": "[big] fan", "out": "fan.big", "context": {"domain": {"value": "fan"}}},
            {"in": "old lamp", "out": "light.old", "context": {"domain": "light", "broken": True, "area": None}},
            {"in": "door", "out": "cover.door"},
            {"in": "lamp", "out": "switch.lamp", "context": {"domain": "switch"}},
        ]
    },
    "area": {"values": ["hall", {"in": "attic", "out": "attic", "context": {"floor": "top"}}]},
    "what": {"values": ["the {name} thing", "nothing"]},
}
SENTENCES = [
    "on {name}",
    "on {name} in {area}",
    "on [{name}]",
    "on (all in {area}|<named>)",
    "on {what}",
    "{name} and {name}",
]
BLOCKS: list[dict[str, Any]] = [
    {"requires_context": {"domain": "light"}},
    {"requires_context": {"domain": ["light", "fan"]}},
    {"requires_context": {"domain": {"value": ["fan"]}}},
    {"requires_context": {"domain": None}},
    {"requires_context": {"area": None}},
    {"requires_context": {"floor": "top"}},
    {"requires_context": {"domain": "light", "floor": "top"}},
    {"requires_context": {"domain": "cover"}},
    {"requires_context": {"other": 1}},
    {"excludes_context": {"domain": "light"}},
    {"excludes_context": {"domain": ["light", "switch"]}},
    {"excludes_context": {"broken": True}},
    {"excludes_context": {"domain": None}},
    {"requires_context": {"domain": "light"}, "excludes_context": {"broken": [True]}},
    {"requires_context": {"domain": "light"}, "slots": {"fixed": "x", "gone": None}},
]  # fmt: skip
TEXTS = [
    f"on {rest}"
    for rest in (
        "lamp", "big fan", "fan", "old lamp", "door", "lamp in attic", "fan in hall", "door in attic", "all in hall",
        "all in attic", "the lamp thing", "the door thing", "nothing", "named lamp", "named door",
    )
] + ["on", "lamp and fan", "lamp and lamp", "old lamp and lamp", "door and lamp"]  # fmt: skip


def file_of(block: dict[str, Any]) -> str:
    rules = {"named": "named {name}"}
    other = {"sentences": ["say hello"]}
    intents = {"A": {"data": [{"sentences": SENTENCES, **block}, other]}}
    return json.dumps({"intents": intents, "lists": LISTS, "expansion_rules": rules})


def written(readings: list[tuple[str, dict[str, Any]]]) -> set[str]:
    return {f"{intent} {sorted(slots.items())}" for intent, slots in readings}


# Where two values in one sentence may have what is required, it need not be the first: this is as far as we look.
DIFFERENT = {
    (f"{one} and {other}", key)
    for one in ("lamp", "door", "old lamp")
    for other in ("lamp", "fan")
    for key in ("area", "domain")
}


@pytest.mark.parametrize("block", BLOCKS, ids=json.dumps)
def test_as_in_home_assistant(block: dict[str, Any]) -> None:
    file = file_of(block)
    commands, intents = grammar.parse(file), judge([file])
    for text in TEXTS:
        ours = [(match.intent, dict(match.slots)) for match in commands.matches(text)]
        theirs = [reading for reading in readings(intents, text) if reading[1].pop("gone", None) is None]
        if any((text, key) in DIFFERENT for key in block.get("requires_context", {})):
            continue
        assert written(ours) == written(theirs), text


@pytest.mark.parametrize("block", BLOCKS, ids=json.dumps)
def test_what_is_drawn_is_matched(block: dict[str, Any]) -> None:
    commands = grammar.parse(file_of(block))
    for sample in commands.sample(Random(1), 30):
        assert (sample.intent, sample.slots) in [(each.intent, each.slots) for each in commands.matches(sample.text)]


def test_what_can_never_be_said_is_warned_of() -> None:
    commands = grammar.parse(file_of({"requires_context": {"other": 1}}))
    assert commands.match("say hello")
    assert {warning.split(": ", 1)[1] for warning in commands.warnings} == {
        "the sentence requires the context 'other', which no value of its lists has; it can never be said"
    }


def test_nothing_left_is_warned_of() -> None:
    block = "data:\n    - sentences: ['on {l}']\n      requires_context: {domain: light}"
    file = f"intents:\n  A:\n    {block}\nlists: {{l: [{{in: a, context: {{area: hall}}}}]}}"
    commands = grammar.parse(file)
    assert commands.match("on a") is None
    [warning] = commands.warnings
    assert warning.startswith("intents.yaml:4: the sentence requires the context 'domain'")


def test_lists_without_any_context_fit_everything() -> None:
    """As those that people write for sentences of Home Assistant's."""
    file = "intents: {A: {data: [{sentences: ['on {l}'], requires_context: {domain: light}}]}}\nlists: {l: [a]}"
    assert grammar.parse(file).match("on a")


@pytest.mark.parametrize(
    ("requires", "text", "slots"),
    [
        ({"area": {"slot": True}}, "on lamp", {"name": "light.lamp", "area": "hall"}),
        ({"area": {"slot": "room"}}, "on lamp", {"name": "light.lamp", "room": "hall"}),  # its own
        ({"area": {"slot": True}}, "on fan", {"name": "fan.big", "area": "cellar"}),  # the room of the microphone
        ({"domain": {"value": "fan", "slot": True}}, "on fan", {"name": "fan.big", "domain": "fan"}),
        ({"area": {"slot": True}}, "on lamp in attic", {"name": "light.lamp", "area": "attic"}),  # what is said wins
        ({"floor": {"slot": True}}, "on door in attic", {"name": "cover.door", "area": "attic", "floor": "top"}),
    ],
)
def test_slots_of_the_context(requires: dict[str, Any], text: str, slots: dict[str, Any]) -> None:
    match = grammar.parse(file_of({"requires_context": requires}), room="cellar").match(text)
    assert match is not None
    assert dict(match.slots) == slots
