"""The discovery document as Home Assistant wants it: ids, limits, `qos` in each component, and topics that exist."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from voiced.mqtt.home_assistant import Abilities, config_topic, device_id, document
from voiced.mqtt.received import read_command
from voiced.mqtt.topics import Topics

DEN = Topics("den")
ABILITIES = Abilities(("LightSet", "Gute Nacht"), {"hey_jarvis": ("guests", "intents")})


def components(site: str = "den", abilities: Abilities = ABILITIES) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(document(Topics(site), abilities, "1.2.3"))["components"]
    return found


def test_a_device_that_says_what_it_is() -> None:
    told = json.loads(document(DEN, ABILITIES, "1.2.3"))
    assert told["device"] == {
        "identifiers": ["voiced_den"], "name": "Voice den", "manufacturer": "voiced", "model": "Voice commands",
        "sw_version": "1.2.3",
    }  # fmt: skip
    assert told["origin"]["name"] == "voiced"
    assert told["availability"] == [{"topic": "voiced/den/availability"}]
    assert config_topic("homeassistant", DEN) == "homeassistant/device/voiced_den/config"


@pytest.mark.parametrize("site", ["den", "Wohn Zimmer", "客厅", "a.b"])
def test_ids_have_letters_that_are_allowed(site: str) -> None:
    told = components(site)
    ids = [device_id(Topics(site)), *told, *(one["unique_id"] for one in told.values() if "unique_id" in one)]
    assert all(re.fullmatch("[a-zA-Z0-9_-]+", each) for each in ids)


def test_no_two_sites_and_no_two_intents_share_an_id() -> None:
    assert device_id(Topics("Küche")) != device_id(Topics("K_che")) != device_id(Topics("Kèche"))
    assert (
        len([key for key in components(abilities=Abilities(("a b", "a_b", "a.b"))) if key.startswith("trigger")]) == 3
    )


def test_every_component_is_complete() -> None:
    for key, component in components().items():
        assert component["qos"] == 1, "Home Assistant heeds it there only"
        if component["platform"] != "device_automation":
            assert component["unique_id"] == f"voiced_den_{key}"
            assert component["name"]


def test_each_intent_is_a_type_of_event_and_a_trigger() -> None:
    told = components()
    assert told["command"]["event_types"] == ["LightSet", "Gute Nacht", "not_understood", "wake"]
    triggers = [one for one in told.values() if one["platform"] == "device_automation"]
    assert [(one["subtype"], one["payload"]) for one in triggers] == [("LightSet",) * 2, ("Gute Nacht",) * 2]
    assert {one["topic"] for one in triggers} == {"voiced/den/event"}


def test_whatever_it_sends_is_understood() -> None:
    payloads = {"mute": "ON", "listen": "PRESS", "say": "good night", "evidence": "0.7", "min_confidence": "0.4"}
    asked = {key: one["command_topic"] for key, one in components().items() if "command_topic" in one}
    assert asked.keys() == {*payloads, "intents_hey_jarvis"}
    for key, topic in asked.items():
        read_command(DEN, topic, payloads.get(key, "guests").encode(), 0.0)


def test_folders_of_intents_are_a_choice_for_each_wake_word() -> None:
    assert components()["intents_hey_jarvis"]["options"] == ["guests", "intents"]
