"""What servers see of the daemon: values and functions, all safe to use from their thread."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from voiced.errors import VoicedError
from voiced.flow import Sentence
from voiced.home_assistant.answers import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from voiced.assistant import Publisher
    from voiced.config import Config
    from voiced.flow import Outcome
    from voiced.home_assistant.answers import Answers
    from voiced.mqtt.received import Command
    from voiced.mqtt.topics import Topics
    from voiced.recognition.pipelines import Pipelines
    from voiced.servers.engine import Engine
    from voiced.servers.hub import Hub

ANSWER_SECONDS = 15.0  # a sentence in writing is answered within milliseconds, unless much is going on


class SilentError(VoicedError):
    """The daemon gave no answer."""


class NotDoneError(VoicedError):
    """Home Assistant does not do what it was asked for."""


def require_done(told: dict[str, Any]) -> dict[str, Any]:
    """Return what became of a command. NotDoneError if nothing did."""
    if not told.get("done", True):
        raise NotDoneError(told["answer"])
    return told


@dataclass(frozen=True, eq=False, slots=True)
class House:
    """The daemon, as others may use it."""

    config: Config
    topics: Topics
    hub: Hub
    engine: Engine
    pipelines: Callable[[], Pipelines]  # those that serve now: they change when intents are reloaded
    tell: Callable[[Command], None]  # as over MQTT; what comes of it is heard through the hub
    publisher: Publisher  # what it publishes is carried out by Home Assistant, too, if that does
    thresholds: Mapping[str, float]  # wake word → least evidence that accepts it, as it is now
    answers: Answers | None = None  # to what Home Assistant carries out, if it does

    def muted(self) -> bool:
        """Whether people have muted the house."""
        return self.hub.retained(self.topics.mute) == "ON"

    async def say(self, text: str) -> dict[str, Any]:
        """Have a sentence answered as if it had been spoken; return the event, `intent/…` or `unmatched`.

        Of several commands at once the first, with the others under `then`. What Home Assistant carries out has its
        `answer` in words, and whether it is `done`. SilentError if there is no event in time.
        """
        sentence = replace(Sentence(text, time.monotonic()), id=uuid4().hex)
        with self._answer_to(sentence.id) as answer:
            event = await self._outcome_of(sentence)
            return event | await _known(answer) if answer and event.get("intent") else event

    async def do(self, outcome: Outcome) -> dict[str, Any]:
        """Publish what was understood and have it done, as the daemon's own; return what Home Assistant answers."""
        with self._answer_to(outcome.id) as answer:
            self.publisher.outcome(outcome)
            age = outcome.age
            self.publisher.act([replace(each, expires=max(each.expires - age, 0.0)) for each in outcome.actions])
            return await _known(answer) if answer and outcome.accepted else {}

    @contextmanager
    def _answer_to(self, command: str) -> Iterator[asyncio.Future[Answer] | None]:
        """Give what will be Home Assistant's answer; None if it carries out nothing."""
        if self.answers is None:
            yield None
            return
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()

        def settle(told: Answer) -> None:
            if not answer.done():
                answer.set_result(told)

        def tell(told: Answer) -> None:
            with suppress(RuntimeError):  # the loop has ended with the daemon
                loop.call_soon_threadsafe(settle, told)

        with self.answers.awaited(command, tell):
            yield answer

    async def _outcome_of(self, sentence: Sentence) -> dict[str, Any]:
        events: list[dict[str, Any]] = []
        with self.hub.listening() as told:
            self.tell(sentence)
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    while message := await told.get():
                        if self._is_outcome(message.topic) and not message.retained:
                            events += [message.event] if message.event.get("id") == sentence.id else []
                            if events and len(events) == events[0].get("of", 1):
                                return events[0] | ({"then": events[1:]} if len(events) > 1 else {})
            except TimeoutError:
                pass
        raise SilentError("the daemon is busy and gave no answer; try again later")

    def _is_outcome(self, topic: str) -> bool:
        return topic == self.topics.unmatched or topic.startswith(self.topics.intent(""))


async def _known(answer: asyncio.Future[Answer]) -> dict[str, Any]:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            told = await answer
    except TimeoutError:
        told = Answer("Home Assistant has not answered yet", done=False)
    return {"answer": told.text, "done": told.done}
