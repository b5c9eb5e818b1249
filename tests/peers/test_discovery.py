"""Discovery documents at the limits of a real Home Assistant: long and odd names of sites, intents and folders."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.broker import Broker, Subscriber, wait_until
from tests.peers.home_assistant import HomeAssistant
from voiced.config import MqttSettings
from voiced.flow import Action
from voiced.mqtt.announcement import Announcement
from voiced.mqtt.home_assistant import Abilities, config_topic, device_id
from voiced.mqtt.topics import Topics

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.peers

LONG = "x" * 300  # more than a state may have
LONGEST_FOLDER = "f" * 255  # that a file system has
SOON = 30.0  # seconds
KEYS = {"command", "state", "microphone", "last_command", "latency", "confidence"}
KEYS |= {"mute", "listen", "say", "evidence", "min_confidence"}
ODD: dict[str, tuple[str, tuple[str, ...], dict[str, tuple[str, ...]]]] = {  # site, intents, folders of wake words
    "plain": ("den", ("LightSet",), {"hey_jarvis": ("guests", "intents")}),
    "long": ("s" * 300, (LONG, f"{LONG}y"), {"w" * 300: ("intents", LONGEST_FOLDER)}),
    "odd": (
        "Küche 💡 'a' {{ 1 }}",
        ("Gute Nacht", "{{ 1/0 }}", "<b>", 'a"b', "not_understood", "💡"),
        {"💡 {{ x }}": ("a b", "{{ 1 }}", "💡")},
    ),
    "many": ("many", tuple(f"Intent{number}" for number in range(1_000)), {}),
    "none": ("none", (), {}),
}


class House:
    """Home Assistant and a broker."""

    def __init__(self, home: HomeAssistant, ears: Subscriber) -> None:
        self.home, self._ears = home, ears

    def announce(self, site: str, abilities: Abilities) -> Announcement:
        """Announce a daemon that runs."""

        def publish(action: Action) -> None:
            self._ears.say(action.topic, action.payload)

        topics = Topics(site)
        told = Announcement(MqttSettings(), topics, lambda *told: self._ears.say(*told, retain=True), publish)
        told.describe(abilities)
        states = {topics.availability: "online", topics.state: "waiting", topics.mute: "OFF", topics.microphone: "ok"}
        states |= {topics.evidence: "0.6", topics.min_confidence: "0.3"}
        states |= {topics.intents_of(word): folders[-1] for word, folders in abilities.folders.items()}
        for topic, state in states.items():
            self._ears.say(topic, state, retain=True)
        return told

    def take_away(self, site: str) -> None:
        """Remove the device."""
        self._ears.say(config_topic("homeassistant", Topics(site)), "", retain=True)

    def entities(self, site: str) -> dict[str, str]:
        """Ids without the site's → states, of one device."""
        own = f"{device_id(Topics(site))}_"
        entries = self.home.command("config/entity_registry/list")
        names = {each["entity_id"]: each["unique_id"].removeprefix(own) for each in entries if own in each["unique_id"]}
        return {names[entity]: state for entity, state in self.home.states().items() if entity in names}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with HomeAssistant() as home, Broker() as broker, Subscriber(broker.port) as ears:
        home.set_up("mqtt", broker="127.0.0.1", port=broker.port)
        yield House(home, ears)


@pytest.mark.parametrize("which", ODD)
def test_whatever_has_odd_names_is_there_and_is_heard(house: House, which: str) -> None:
    site, intents, folders = ODD[which]
    before = len(house.home.log)
    told = house.announce(site, Abilities(intents, folders))
    assert wait_until(lambda: house.entities(site).get("min_confidence") == "0.3", SOON), house.home.log[before:]
    assert house.entities(site).keys() >= KEYS
    selects = [state for key, state in house.entities(site).items() if key.startswith("intents_")]
    assert selects == [choices[-1] for choices in folders.values()]
    event: dict[str, Any] = {
        "id": "1",
        "intent": intents[-1] if intents else None,
        "text": LONG,
        "slots": {},
        "confidence": 0.5,
    }
    told.answered(Action(Topics(site).intent("any"), json.dumps(event | {"latency": 0.4})))
    assert wait_until(lambda: house.entities(site)["last_command"] == LONG[:255], SOON)
    # Nothing is unknown after the first command, but the button, which has no state.
    assert {key for key, state in house.entities(site).items() if state == "unknown"} == {"listen"}
    assert "mqtt" not in house.home.log[before:]
    house.take_away(site)
    assert wait_until(lambda: not house.entities(site), SOON)
