"""Topics of a site, events as JSON, and parsing of received commands. Pure: knows no broker, clock or thread."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from voiced.flow import SAMPLE_RATE, Action, Sentence

if TYPE_CHECKING:
    from datetime import datetime

    from voiced.flow import Detection, Opinion, Outcome

EVENT_EXPIRES_SECONDS = 10.0  # a subscriber that returns later gets no stale events
LEAST_NEWS_SECONDS = 2.0  # an event good for less may miss a broker that is away for a moment
LONGEST_SENTENCE_LETTERS = 500  # nobody speaks a longer command
LONGEST_COMMAND_BYTES = 4_096  # longer payloads are refused unread


@dataclass(frozen=True, slots=True)
class ListenNow:
    """Command: listen now, without the wake word."""


@dataclass(frozen=True, slots=True)
class SetMute:
    """Command: mute or unmute the microphone."""

    muted: bool


Command: TypeAlias = Sentence | ListenNow | SetMute


@dataclass(frozen=True, slots=True)
class Topics:
    """All topics of one site."""

    site: str

    @property
    def availability(self) -> str:
        """Outgoing, retained: `online` or `offline`."""
        return f"voiced/{self.site}/availability"

    @property
    def state(self) -> str:
        """Outgoing, retained: the daemon's state."""
        return f"voiced/{self.site}/state"

    @property
    def mute(self) -> str:
        """Outgoing, retained: `ON` or `OFF`."""
        return f"voiced/{self.site}/mute"

    @property
    def microphone(self) -> str:
        """Outgoing, retained: `ok` or `missing`."""
        return f"voiced/{self.site}/microphone"

    @property
    def wake(self) -> str:
        """Outgoing: wake word detected."""
        return f"voiced/{self.site}/wake"

    @property
    def wake_rejected(self) -> str:
        """Outgoing: detection rejected by the second stage."""
        return f"voiced/{self.site}/wake/rejected"

    @property
    def unmatched(self) -> str:
        """Outgoing: speech that is no command."""
        return f"voiced/{self.site}/unmatched"

    def intent(self, name: str) -> str:
        """Outgoing: command of an intent recognised."""
        return f"voiced/{self.site}/intent/{name}"

    @property
    def say(self) -> str:
        """Incoming: a sentence, handled as if spoken."""
        return f"voiced/{self.site}/say/set"

    @property
    def listen(self) -> str:
        """Incoming: listen now."""
        return f"voiced/{self.site}/listen/set"

    @property
    def set_mute(self) -> str:
        """Incoming: `ON` or `OFF`."""
        return f"voiced/{self.site}/mute/set"

    @property
    def commands(self) -> tuple[str, ...]:
        """All incoming topics."""
        return (self.say, self.listen, self.set_mute)


def wake_event(topics: Topics, detection: Detection, at: datetime) -> Action:
    """Return the message of a detected wake word; its JSON counts `at` in seconds of sound since the start."""
    told: dict[str, object] = {
        "wake_word": detection.wake_word,
        "score": round(detection.score, 4),
        "at": round(detection.at / SAMPLE_RATE, 2),
    }
    return _event(topics, topics.wake, told, at)


def wake_rejected_event(topics: Topics, detection: Detection, opinion: Opinion, at: datetime) -> Action:
    """Return the message of a detection that the second stage rejected, with its evidence."""
    told: dict[str, object] = {
        "wake_word": detection.wake_word,
        "score": round(detection.score, 4),
        "evidence": round(opinion.evidence, 4),
        "logprob": round(opinion.logprob, 2),
        "at": round(detection.at / SAMPLE_RATE, 2),
    }
    return _event(topics, topics.wake_rejected, told, at)


def outcome_event(topics: Topics, outcome: Outcome, at: datetime) -> Action:
    """Return the message of a recognised command, or of speech that is none; times in seconds."""
    transcript = outcome.transcript
    told: dict[str, object] = {
        "id": outcome.id,
        "text": transcript.text,
        "wake_word": outcome.detection.wake_word if outcome.detection else None,
    }
    if outcome.utterance is not None:
        told["speech"] = [round(sample / SAMPLE_RATE, 2) for sample in outcome.utterance.speech]
        told["ending"] = outcome.utterance.ending.value
    told["age"] = round(outcome.age, 3)
    if outcome.delays is not None:
        told["latency"] = round(outcome.delays.published, 3)
        told["stopped"] = round(outcome.delays.stopped, 3)
        told["recognized"] = round(outcome.delays.recognized, 3)
    if outcome.intent is None:
        told["reason"] = transcript.reason.value if transcript.reason else None
        told["heard"] = transcript.heard or transcript.text
        # That nothing is done is told however late it is known.
        seconds_left = max(EVENT_EXPIRES_SECONDS - outcome.age, LEAST_NEWS_SECONDS)
        return _event(topics, topics.unmatched, told, at, seconds_left)
    told |= {
        "intent": outcome.intent,
        "slots": dict(outcome.slots),
        "confidence": round(outcome.confidence, 4),
    }
    # Others may act on this event: it is good for no longer than our own actions.
    seconds_left = min(EVENT_EXPIRES_SECONDS, outcome.good_for - outcome.age)
    return _event(topics, topics.intent(outcome.intent), told, at, seconds_left)


def _event(
    topics: Topics, topic: str, told: dict[str, object], at: datetime, seconds_left: float = EVENT_EXPIRES_SECONDS
) -> Action:
    payload = json.dumps(
        told | {"site": topics.site, "time": at.isoformat(timespec="milliseconds")}, ensure_ascii=False
    )
    return Action(topic, payload, expires=seconds_left)


def read_command(topics: Topics, topic: str, payload: bytes, arrived: float) -> Command:
    """Return the command in a message that arrived at this second; ValueError with the reason if there is none."""
    if len(payload) > LONGEST_COMMAND_BYTES:
        raise ValueError(f"longer than {LONGEST_COMMAND_BYTES} bytes")
    text = payload.decode().strip()  # UnicodeDecodeError is a ValueError
    if topic == topics.say:
        return Sentence(_sentence(text), arrived)
    if topic == topics.listen:
        if text.upper() not in {"", "ON", "PRESS"}:  # PRESS is what a Home Assistant button sends
            raise ValueError("must be empty or ON")
        return ListenNow()
    if topic == topics.set_mute:
        if text.upper() not in {"ON", "OFF"}:
            raise ValueError("must be ON or OFF")
        return SetMute(text.upper() == "ON")
    raise ValueError("not a topic for commands")


def _sentence(text: str) -> str:
    if not text:
        raise ValueError("an empty sentence")
    if len(text) > LONGEST_SENTENCE_LETTERS:
        raise ValueError(f"a sentence of more than {LONGEST_SENTENCE_LETTERS} characters")
    if not all(character.isprintable() or character.isspace() for character in text):
        raise ValueError("a sentence with unprintable characters")
    return " ".join(text.split())
