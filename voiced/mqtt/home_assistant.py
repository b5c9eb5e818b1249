"""The device that Home Assistant shows: one discovery document. Pure: knows no broker, clock or thread.

Home Assistant reads it from `<prefix>/device/<id>/config`, retained, and makes a device of it with all its entities; an
empty one removes the device. It drops keys that it does not know without a word, and takes `qos` from each component
only. See Home Assistant's documentation of MQTT discovery, device discovery.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from voiced.flow import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from voiced.mqtt.topics import Topics

    Component: TypeAlias = dict[str, Any]  # keys and values as Home Assistant defines them

NOT_UNDERSTOOD, WAKE = "not_understood", "wake"  # types of events besides the intents
LONGEST_STATE_LETTERS = 255  # of an entity; Home Assistant refuses longer ones
PAGE = "https://pypi.org/project/voiced/"
_CONFIG, _DIAGNOSTIC = {"entity_category": "config"}, {"entity_category": "diagnostic"}


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the device can be told, and what it tells."""

    intents: tuple[str, ...]  # names, each a type of event
    folders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # wake word → folders of intents to choose
    language: str = "en"  # of the grammar


def config_topic(prefix: str, topics: Topics) -> str:
    """Return the topic of a site's discovery document."""
    return f"{prefix}/device/{device_id(topics)}/config"


def device_id(topics: Topics) -> str:
    """Return the id of a site's device: letters that Home Assistant allows, and two sites never share one."""
    return f"voiced_{_id(topics.site)}"


def document(topics: Topics, abilities: Abilities, version: str) -> str:
    """Return the discovery document of a site, as JSON."""
    components = {
        **_told(topics, abilities),
        **_heard_last(topics),
        **_asked(topics, abilities),
        **_triggers(topics, abilities.intents),
    }
    named = {key: _complete(topics, key, component) for key, component in components.items()}
    device = {
        "identifiers": [device_id(topics)],
        "name": f"Voice {topics.site}",
        "manufacturer": "voiced",
        "model": "Voice commands",
        "sw_version": version,
    }
    told = {
        "device": device,
        "origin": {"name": "voiced", "sw_version": version, "support_url": PAGE},
        "availability": [{"topic": topics.availability}],
        "components": named,
    }
    return json.dumps(told, ensure_ascii=False)


def _told(topics: Topics, abilities: Abilities) -> dict[str, Component]:
    """Return what Home Assistant is told: the command as an event, and how the daemon is."""
    return {
        "command": {
            "platform": "event",
            "name": "Command",
            "icon": "mdi:microphone-message",
            "state_topic": topics.event,
            "event_types": list(dict.fromkeys([*abilities.intents, NOT_UNDERSTOOD, WAKE])),
        },
        "state": {
            "platform": "sensor",
            "name": "State",
            "device_class": "enum",
            "options": [state.value for state in State],
            "state_topic": topics.state,
        },
        "microphone": {
            "platform": "binary_sensor",
            "name": "Microphone",
            "device_class": "connectivity",
            "state_topic": topics.microphone,
            "payload_on": "ok",
            "payload_off": "missing",
            **_DIAGNOSTIC,
        },
    }


def _heard_last(topics: Topics) -> dict[str, Component]:
    """Return sensors of what was heard last."""
    last = {"state_topic": topics.last}
    return {
        "last_command": {
            "platform": "sensor",
            "name": "Last command",
            "icon": "mdi:text-recognition",
            "value_template": f"{{{{ value_json.text[:{LONGEST_STATE_LETTERS}] }}}}",
            "json_attributes_topic": topics.last,
            **last,
        },
        "latency": {
            "platform": "sensor",
            "name": "Latency",
            "device_class": "duration",
            "unit_of_measurement": "s",
            "state_class": "measurement",
            "suggested_display_precision": 2,
            "value_template": "{{ value_json.latency }}",
            **last,
            **_DIAGNOSTIC,
        },
        "confidence": {
            "platform": "sensor",
            "name": "Confidence",
            "icon": "mdi:percent",
            "unit_of_measurement": "%",
            "state_class": "measurement",
            "value_template": "{{ none if value_json.confidence is none else (value_json.confidence * 100) | round }}",
            **last,
            **_DIAGNOSTIC,
        },
    }


def _asked(topics: Topics, abilities: Abilities) -> dict[str, Component]:
    """Return what people may tell from Home Assistant: switches, and settings of the running daemon."""
    return {
        "mute": {
            "platform": "switch",
            "name": "Mute",
            "icon": "mdi:microphone-off",
            "state_topic": topics.mute,
            "command_topic": topics.set_mute,
        },
        "listen": {"platform": "button", "name": "Listen", "icon": "mdi:ear-hearing", "command_topic": topics.listen},
        "say": {
            "platform": "text",
            "name": "Say",
            "icon": "mdi:keyboard",
            "max": LONGEST_STATE_LETTERS,
            "state_topic": topics.last,
            "value_template": f"{{{{ value_json.written[:{LONGEST_STATE_LETTERS}] }}}}",
            "command_topic": topics.say,
        },
        "evidence": _number("Wake word evidence", "mdi:tune-vertical", topics.evidence, topics.set_evidence),
        "min_confidence": _number("Least confidence", "mdi:tune", topics.min_confidence, topics.set_min_confidence),
        **{
            f"intents_{_id(word)}": {
                "platform": "select",
                "name": f"Intents of {word}",
                "icon": "mdi:book-open-variant",
                "options": list(folders),
                "state_topic": topics.intents_of(word),
                "command_topic": topics.set_intents_of(word),
                **_CONFIG,
            }
            for word, folders in abilities.folders.items()
        },
    }


def _number(name: str, icon: str, state_topic: str, command_topic: str) -> Component:
    """Return a setting between 0 and 1."""
    return {
        "platform": "number",
        "name": name,
        "icon": icon,
        "min": 0.01,
        "max": 0.99,
        "step": 0.01,
        "state_topic": state_topic,
        "command_topic": command_topic,
        **_CONFIG,
    }


def _triggers(topics: Topics, intents: Iterable[str]) -> dict[str, Component]:
    """Return a device trigger for each intent: what the editor of automations offers for the device."""
    return {
        f"trigger_{_id(intent)}": {
            "platform": "device_automation",
            "automation_type": "trigger",
            "type": "command",
            "subtype": intent,
            "topic": topics.event,
            "value_template": "{{ value_json.event_type }}",
            "payload": intent,
        }
        for intent in intents
    }


def _complete(topics: Topics, key: str, component: Component) -> Component:
    # A device trigger is no entity, and has no id of its own.
    own = {} if component["platform"] == "device_automation" else {"unique_id": f"{device_id(topics)}_{key}"}
    return {**component, **own, "qos": 1}


def _id(name: str) -> str:
    """Return a name in letters that ids of discovery may have; what had others gets a mark of its own."""
    plain = re.sub(r"[^a-zA-Z0-9_-]", "_", name)
    return plain if plain == name else f"{plain}_{hashlib.sha256(name.encode()).hexdigest()[:6]}"
