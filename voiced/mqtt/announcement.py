"""Announces the daemon to Home Assistant as a device, and keeps the topics that its entities read.

Any thread may call. What Home Assistant shows of a command is derived from the event that everybody gets.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from voiced import __version__
from voiced.flow import Action
from voiced.mqtt.home_assistant import NOT_UNDERSTOOD, WAKE, config_topic, document

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiced.config import MqttSettings
    from voiced.mqtt.home_assistant import Abilities
    from voiced.mqtt.topics import Topics

# Nothing was heard yet: entities have a value all the same, where there can be one.
_NOTHING_YET: dict[str, Any] = {"text": "", "written": "", "intent": None, "confidence": None, "latency": None}


class Announcement:
    """The device in Home Assistant; switched off, it only takes away what an earlier run announced."""

    def __init__(
        self,
        settings: MqttSettings,
        topics: Topics,
        retain: Callable[[str, str], None],
        publish: Callable[[Action], object],
    ) -> None:
        """Publish that nothing was heard yet; or, switched off, remove the device.

        `retain` publishes a topic's retained payload, `publish` a message; both return at once.
        """
        self._topics = topics
        self._retain = retain
        self._publish = publish
        self._is_on = settings.home_assistant
        self._config = config_topic(settings.discovery_prefix, topics)
        # Home Assistant says `online` there when it has started, and may have forgotten what is not retained.
        self.births = (f"{settings.discovery_prefix}/status",) if self._is_on else ()
        self._lock = threading.Lock()  # held while `_last` is read or written, so that the newest comes last
        self._last = dict(_NOTHING_YET)
        if self._is_on:
            self._retain(self._topics.last, json.dumps(self._last))
        else:
            self._retain(self._config, "")

    def describe(self, abilities: Abilities) -> None:
        """Publish the device with what it can do now."""
        if self._is_on:
            self._retain(self._config, document(self._topics, abilities, __version__))

    def woken(self, event: Action) -> None:
        """Repeat the event of a wake word for the event entity."""
        if self._is_on:
            self._repeat(event, WAKE)

    def answered(self, event: Action) -> None:
        """Repeat the event of a command, or of speech that is none, for the event entity and the sensors."""
        if not self._is_on:
            return
        told = json.loads(event.payload)
        self._repeat(event, told.get("intent") or NOT_UNDERSTOOD)
        with self._lock:
            # The latency of what was spoken, and the sentence that was written, stay until the next of their kind.
            # Where nothing was spoken yet the age of the answer stands for it, or the sensor would stay unknown.
            latency = self._last["latency"]
            kept = {"latency": told.get("age") if latency is None else latency, "written": self._last["written"]}
            written = {} if "speech" in told else {"written": told["text"]}
            # Of what is no command nobody is sure at all; without a number the sensor would be unknown again.
            sure = {"confidence": told.get("confidence") or 0.0}
            self._last = {**_NOTHING_YET, **kept, **told, **written, **sure}
            self._retain(self._topics.last, json.dumps(self._last, ensure_ascii=False))

    def _repeat(self, event: Action, event_type: str) -> None:
        payload = json.dumps({"event_type": event_type, **json.loads(event.payload)}, ensure_ascii=False)
        self._publish(Action(self._topics.event, payload, expires=event.expires))
