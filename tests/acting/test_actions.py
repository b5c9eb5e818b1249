"""Matches become messages: slots in topics and payloads, numbers that stay numbers, topics that stay where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from voiced.acting.actions import actions_for
from voiced.flow import Action, Match, SlotValue
from voiced.grammar.action_template import ActionTemplate

if TYPE_CHECKING:
    from pydantic import JsonValue


def sent(payload: JsonValue, **slots: SlotValue) -> str:
    """The payload of the message for a match with these slots."""
    [action] = actions_for([ActionTemplate(topic="t", payload=payload)], Match("Intent", slots, "", {}))
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


@pytest.mark.parametrize("value", ["a/b", "a+b", "a#b", "a\0b"])
def test_what_is_said_cannot_choose_another_topic(value: str) -> None:
    template = ActionTemplate(topic="note/{text}", payload="{text}")
    assert actions_for([template], Match("Note", {"text": value}, "", {})) == (Action("note/a_b", value),)
