"""Topics and payloads are a contract with other people's automations: they are written out here."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from voiced.flow import Action, Delays, Detection, Ending, Match, Nearest, Outcome, Reason, Transcript, Utterance
from voiced.mqtt.topics import Topics, outcome_events, wake_event

TOPICS = Topics("den")
AT = datetime(2026, 2, 3, 4, 5, 6, 789_000, timezone(timedelta(hours=1)))
TIME = "2026-02-03T04:05:06.789+01:00"
JARVIS = Detection("hey_jarvis", 0.987654, 16_000)
SPOKEN = Utterance(np.zeros(16_000, np.float32), 12_000, (16_000, 24_000), Ending.SILENCE, JARVIS)


def test_wake() -> None:
    action = wake_event(TOPICS, JARVIS, AT)
    assert action.topic == "voiced/den/wake"
    assert json.loads(action.payload) == {
        "wake_word": "hey_jarvis", "score": 0.9877, "at": 1.0, "site": "den", "time": TIME,
    }  # fmt: skip
    assert (action.qos, action.retain) == (1, False)


def test_intent() -> None:
    match = Match("LightSet", {"room": "Küche", "level": 5, "rgb": [255, 0, 0]}, "die Küche auf fünf", {})
    transcript, delays = Transcript(match.text, match, None, 0.91234, -0.1, language="de"), Delays(0.1, 0.12, 0.12345)
    outcome = Outcome("17", transcript, (), SPOKEN, delays, age=0.12351)
    (action,) = outcome_events(TOPICS, outcome, AT)
    assert action.topic == "voiced/den/intent/LightSet"
    assert "Küche" in action.payload
    assert json.loads(action.payload) == {
        "id": "17", "command": 1, "of": 1,
        "intent": "LightSet", "slots": {"room": "Küche", "level": 5, "rgb": [255, 0, 0]},
        "text": "die Küche auf fünf", "language": "de", "confidence": 0.9123, "wake_word": "hey_jarvis",
        "speech": [1.0, 1.5], "ending": "silence",
        "age": 0.124, "latency": 0.123, "stopped": 0.1, "recognized": 0.12, "site": "den",
        "time": TIME,
    }  # fmt: skip


def test_a_compound_is_an_event_for_each_command() -> None:
    blinds = Match("Blinds", {"n": 2}, "night and blinds", {})
    match = Match("GoodNight", {}, "night and blinds", {}, then=(blinds,))
    events = outcome_events(TOPICS, Outcome("22", Transcript(match.text, match, None, 0.9, -0.1), (SHORT,)), AT)
    assert [event.topic for event in events] == ["voiced/den/intent/GoodNight", "voiced/den/intent/Blinds"]
    assert {event.expires for event in events} == {1.5}
    told = [json.loads(event.payload) for event in events]
    assert [(each["intent"], each["slots"], each["command"], each["of"]) for each in told] == [
        ("GoodNight", {}, 1, 2),
        ("Blinds", {"n": 2}, 2, 2),
    ]
    assert {(each["id"], each["text"], each["confidence"]) for each in told} == {("22", "night and blinds", 0.9)}


def test_a_compound_that_is_rejected_is_unmatched_once() -> None:
    match = Match("GoodNight", {}, "a and b", {}, then=(Match("Blinds", {}, "a and b", {}),))
    (event,) = outcome_events(TOPICS, Outcome("23", Transcript("a and b", match, Reason.LATE, 0.9, -0.1)), AT)
    assert event.topic == "voiced/den/unmatched"


def test_unmatched() -> None:
    outcome = Outcome("18", Transcript("nice weather", None, Reason.OUT_OF_GRAMMAR, 0.0, -2.0))
    (action,) = outcome_events(TOPICS, outcome, AT)
    assert action.topic == "voiced/den/unmatched"
    assert json.loads(action.payload) == {
        "id": "18", "text": "nice weather", "heard": "nice weather", "reason": "out_of_grammar", "wake_word": None,
        "language": None,
        "nearest": None, "difference": None, "age": 0.0, "site": "den", "time": TIME,
    }  # fmt: skip


def test_the_nearest_sentence_is_told() -> None:
    transcript = Transcript("good morning", None, Reason.OUT_OF_GRAMMAR, 0.0, 0.0)
    near = Nearest("good night", "'night' was expected, not 'morning'")
    (event,) = outcome_events(TOPICS, Outcome("18", transcript, nearest=near), AT)
    told = json.loads(event.payload)
    assert (told["nearest"], told["difference"]) == ("good night", "'night' was expected, not 'morning'")
    none = Nearest("", "no sentence of the intents is near")
    (event,) = outcome_events(TOPICS, Outcome("18", transcript, nearest=none), AT)
    told = json.loads(event.payload)
    assert (told["nearest"], told["difference"]) == (None, "no sentence of the intents is near")


def test_a_match_that_was_rejected_is_unmatched() -> None:
    match = Match("LightSet", {}, "lights", {})
    transcript = Transcript("lights", match, Reason.LOW_CONFIDENCE, 0.1, -3.0, heard="nice lights")
    (action,) = outcome_events(TOPICS, Outcome("19", transcript), AT)
    assert action.topic == "voiced/den/unmatched"
    told = json.loads(action.payload)
    assert (told["text"], told["heard"], told["reason"]) == ("lights", "nice lights", "low_confidence")


NIGHT = Transcript("good night", Match("GoodNight", {}, "good night", {}), None, 1.0, 0.0)
SHORT, LONG = Action("a", "x", expires=1.5), Action("b", "x", expires=3600.0)


@pytest.mark.parametrize(
    ("actions", "age", "seconds_left"),
    [
        ((), 0.4, 9.6),  # people automate on the event
        ((Action("a", "x"),), 3.0, 7.0),
        ((SHORT, LONG), 0.5, 1.0),  # no longer than what is done
        ((LONG,), 0.5, 10.0),  # nobody who returns later gets an old event
        ((LONG,), 60.0, 10.0),  # it is carried out, so it is told
    ],
)
def test_an_intent_expires_with_its_actions(actions: tuple[Action, ...], age: float, seconds_left: float) -> None:
    (event,) = outcome_events(TOPICS, Outcome("20", NIGHT, actions, age=age), AT)
    assert event.expires == pytest.approx(seconds_left)
    assert json.loads(event.payload)["age"] == age


@pytest.mark.parametrize(("age", "seconds_left"), [(0.4, 9.6), (7.0, 3.0), (9.5, 2.0), (68.0, 2.0)])
def test_what_is_rejected_is_told_however_late(age: float, seconds_left: float) -> None:
    late = Transcript("", None, Reason.LATE, 0.0, 0.0)
    (event,) = outcome_events(TOPICS, Outcome("21", late, age=age), AT)
    assert event.expires == pytest.approx(seconds_left)
