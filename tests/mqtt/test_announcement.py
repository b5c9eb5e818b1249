"""What Home Assistant's entities read: the event, and what was heard last. Switched off, the device goes away."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.broker import Subscriber, wait_until
from voiced.config import MqttSettings
from voiced.flow import Action, Delays, Detection, Ending, Match, Outcome, Reason, Transcript, Utterance
from voiced.mqtt.announcement import Announcement
from voiced.mqtt.client import Mqtt
from voiced.mqtt.home_assistant import Abilities
from voiced.mqtt.topics import Topics, outcome_events, wake_event

if TYPE_CHECKING:
    from tests.broker import Broker

DEN, AT = Topics("den"), datetime(2026, 2, 3, tzinfo=UTC)
SPOKEN = Utterance(np.zeros(16_000, np.float32), 0, (0, 16_000), Ending.SILENCE)
NIGHT = Transcript("good night", Match("GoodNight", {}, "good night", {}), None, 0.91, -0.1)


class Published:
    """What was published, by topic: all events, and the newest of what is retained."""

    def __init__(self, **settings: Any) -> None:
        self.retained: dict[str, str] = {}
        self.events: list[dict[str, Any]] = []
        self.told = Announcement(MqttSettings(**settings), DEN, self.retained.__setitem__, self._publish)

    def _publish(self, action: Action) -> None:
        assert action.topic == "voiced/den/event"
        self.events.append(json.loads(action.payload) | {"expires": action.expires})

    def last(self) -> dict[str, Any]:
        last: dict[str, Any] = json.loads(self.retained["voiced/den/last"])
        return last

    def answered(self, transcript: Transcript, utterance: Utterance | None = None) -> None:
        delays = Delays(0.1, 0.2, 0.25) if utterance else None
        for event in outcome_events(DEN, Outcome("7", transcript, (), utterance, delays), AT):
            self.told.answered(event)


def test_before_anything_was_heard_sensors_have_a_value() -> None:
    assert Published().last() == {"text": "", "written": "", "intent": None, "confidence": None, "latency": None}


def test_a_command_is_an_event_of_its_intent() -> None:
    published = Published()
    published.answered(NIGHT, SPOKEN)
    [event] = published.events
    assert (event["event_type"], event["id"], event["confidence"], event["expires"]) == ("GoodNight", "7", 0.91, 10.0)
    assert (published.last()["intent"], published.last()["latency"]) == ("GoodNight", 0.25)


def test_what_is_not_understood_is_an_event_too() -> None:
    published = Published()
    published.answered(NIGHT, SPOKEN)
    published.answered(Transcript("nice weather", None, Reason.OUT_OF_GRAMMAR, 0.0, -2.0))
    assert published.events[-1]["event_type"] == "not_understood"
    last = published.last()
    assert (last["intent"], last["text"], last["reason"]) == (None, "nice weather", "out_of_grammar")
    assert last["written"] == "nice weather", "it came in writing"
    assert last["latency"] == 0.25, "of what was spoken last"
    published.answered(NIGHT, SPOKEN)
    assert published.last()["written"] == "nice weather"
    assert "reason" not in published.last()


def test_after_the_first_sentence_no_sensor_is_unknown() -> None:
    published = Published()
    published.answered(Transcript("nice weather", None, Reason.OUT_OF_GRAMMAR, 0.0, -2.0))
    assert (published.last()["confidence"], published.last()["latency"]) == (0.0, 0.0)
    published.told.answered(Action(DEN.unmatched, json.dumps({"text": "x", "confidence": None, "age": 0.1})))
    assert published.last()["confidence"] == 0.0


def test_a_wake_word_is_an_event() -> None:
    published = Published()
    published.told.woken(wake_event(DEN, Detection("alexa", 0.9, 16_000), AT))
    assert [(event["event_type"], event["wake_word"]) for event in published.events] == [("wake", "alexa")]


def test_switched_off_the_device_is_taken_away_and_nothing_is_told() -> None:
    published = Published(home_assistant=False, discovery_prefix="ha")
    assert published.retained == {"ha/device/voiced_den/config": ""}
    published.told.describe(Abilities(("A",)))
    published.answered(NIGHT, SPOKEN)
    published.told.woken(wake_event(DEN, Detection("alexa", 0.9, 16_000), AT))
    assert (published.events, published.told.births) == ([], ())
    assert published.retained == {"ha/device/voiced_den/config": ""}


@pytest.mark.parametrize("payload", ["online", "offline"])
def test_whoever_has_just_started_is_told_everything_again(broker: Broker, payload: str) -> None:
    settings = MqttSettings(host="127.0.0.1", port=broker.port)
    with Mqtt(settings, "den", lambda _command: None) as mqtt, Subscriber(broker.port) as ears:
        mqtt.describe(Abilities(("GoodNight",)))
        assert wait_until(lambda: bool(ears.payloads("homeassistant/device/voiced_den/config")), 5)
        topics = ("homeassistant/device/voiced_den/config", "voiced/den/availability", "voiced/den/last")
        ears.say("homeassistant/status", payload)
        times = 2 if payload == "online" else 1
        assert wait_until(lambda: broker.received(topics[0]) == times, 5)
        mqtt.publish(Action("end", "")).result(5)
        assert [broker.received(topic) for topic in topics] == [times] * 3
