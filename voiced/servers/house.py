"""What servers see of the daemon: values and functions, all safe to use from their thread."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from voiced.errors import VoicedError
from voiced.flow import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiced.assistant import Publisher
    from voiced.config import Config
    from voiced.mqtt.received import Command
    from voiced.mqtt.topics import Topics
    from voiced.recognition.pipelines import Pipelines
    from voiced.servers.engine import Engine
    from voiced.servers.hub import Hub

ANSWER_SECONDS = 15.0  # a sentence in writing is answered within milliseconds, unless much is going on


class SilentError(VoicedError):
    """The daemon gave no answer."""


@dataclass(frozen=True, eq=False, slots=True)
class House:
    """The daemon, as others may use it."""

    config: Config
    topics: Topics
    hub: Hub
    engine: Engine
    pipelines: Callable[[], Pipelines]  # those that serve now: they change when intents are reloaded
    tell: Callable[[Command], None]  # as over MQTT; what comes of it is heard through the hub
    publisher: Publisher

    async def say(self, text: str) -> dict[str, Any]:
        """Have a sentence answered as if it had been spoken; return the event, `intent/…` or `unmatched`.

        Of several commands at once the first, with the others under `then`. SilentError if there is none in time.
        """
        sentence = replace(Sentence(text, time.monotonic()), id=uuid4().hex)
        events: list[dict[str, Any]] = []
        with self.hub.listening() as told:
            self.tell(sentence)
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    while message := await told.get():
                        if self._is_outcome(message.topic) and not message.retained:
                            event = json.loads(message.payload)
                            events += [event] if event["id"] == sentence.id else []
                            if events and len(events) == events[0].get("of", 1):
                                return events[0] | ({"then": events[1:]} if len(events) > 1 else {})
            except TimeoutError:
                pass
        raise SilentError("the daemon is busy and gave no answer; try again later")

    def _is_outcome(self, topic: str) -> bool:
        return topic == self.topics.unmatched or topic.startswith(self.topics.intent(""))
