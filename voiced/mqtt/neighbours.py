"""Protocols of others that are spoken beside our own topics: Home Assistant's device, and Hermes where it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.mqtt.announcement import Announcement
from voiced.mqtt.hermes import HEARD, Hermes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from voiced.config import MqttSettings
    from voiced.flow import Action, Detection, Outcome
    from voiced.mqtt.home_assistant import Abilities
    from voiced.mqtt.received import Command
    from voiced.mqtt.topics import Topics


class Neighbours:
    """Tells others what happens, in their words, and hears what they ask; any thread may call."""

    def __init__(
        self,
        settings: MqttSettings,
        topics: Topics,
        retain: Callable[[str, str], None],
        publish: Callable[[Action], object],
        repeat: Callable[[], None],
    ) -> None:
        """`retain` publishes a topic's payload, `publish` a message, `repeat` all that is retained; at once."""
        self._repeat = repeat
        self._home_assistant = Announcement(settings, topics, retain, publish)
        self._hermes = Hermes(topics.site, publish) if settings.hermes else None
        self.topics = (*self._home_assistant.births, *(HEARD if self._hermes else ()))  # to subscribe to

    def describe(self, abilities: Abilities) -> None:
        """Tell what the daemon can do now."""
        self._home_assistant.describe(abilities)
        if self._hermes:
            self._hermes.language = abilities.language

    def woken(self, detection: Detection, event: Action) -> None:
        """A wake word was heard; `event` is our own message of it."""
        self._home_assistant.woken(event)
        if self._hermes:
            self._hermes.woken(detection)

    def answered(self, outcome: Outcome, events: Sequence[Action]) -> None:
        """What was heard is answered; `events` are our own messages of it."""
        for event in events:
            self._home_assistant.answered(event)
        if self._hermes:
            self._hermes.answered(outcome)

    def muted(self, *, muted: bool) -> None:
        """People muted the microphone, or no longer do."""
        if self._hermes:
            self._hermes.muted(muted=muted)

    def is_wanted(self, intent: str) -> bool:
        """Whether what is said now may be of an intent."""
        return self._hermes is None or self._hermes.is_wanted(intent)

    def read(self, topic: str, payload: bytes) -> Command | None:
        """Return the command in a message; None if it asks for nothing. ValueError with the reason if it is wrong."""
        if topic in self._home_assistant.births and payload == b"online":
            self._repeat()  # whoever has just started is told everything again
        return self._hermes.read(topic, payload) if self._hermes and topic in HEARD else None
