"""Topics of a site, and events as JSON. Pure: knows no broker, clock or thread."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiced.flow import SAMPLE_RATE, Action
from voiced.foundations.topic_names import NOT_IN_A_LEVEL

if TYPE_CHECKING:
    from datetime import datetime

    from voiced.flow import Detection, Match, Opinion, Outcome

EVENT_EXPIRES_SECONDS = 10.0  # a subscriber that returns later gets no stale events
LEAST_NEWS_SECONDS = 2.0  # an event good for less may miss a broker that is away for a moment


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
    def answer(self) -> str:
        """Outgoing: what Home Assistant answers to a command, in words."""
        return f"voiced/{self.site}/answer"

    @property
    def event(self) -> str:
        """Outgoing: every command, unmatched speech and wake word, for Home Assistant's event entity."""
        return f"voiced/{self.site}/event"

    @property
    def last(self) -> str:
        """Outgoing, retained: what was heard last, for sensors."""
        return f"voiced/{self.site}/last"

    @property
    def evidence(self) -> str:
        """Outgoing, retained: `wake_word.evidence` as it is at the moment."""
        return f"voiced/{self.site}/evidence"

    @property
    def min_confidence(self) -> str:
        """Outgoing, retained: `recognizer.min_confidence` as it is at the moment."""
        return f"voiced/{self.site}/min_confidence"

    def intents_of(self, wake_word: str) -> str:
        """Outgoing, retained: the folder of intents that a wake word listens for at the moment."""
        return f"voiced/{self.site}/intents/{as_level(wake_word)}"

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
    def set_evidence(self) -> str:
        """Incoming: a number between 0 and 1."""
        return f"{self.evidence}/set"

    @property
    def set_min_confidence(self) -> str:
        """Incoming: a number between 0 and 1."""
        return f"{self.min_confidence}/set"

    def set_intents_of(self, wake_word: str) -> str:
        """Incoming: the name of a folder beside the one that the config names."""
        return f"{self.intents_of(wake_word)}/set"

    @property
    def commands(self) -> tuple[str, ...]:
        """All incoming topics."""
        settings = (self.set_evidence, self.set_min_confidence, f"voiced/{self.site}/intents/+/set")
        return (self.say, self.listen, self.set_mute, *settings)


def as_level(name: str) -> str:
    """Return a name as one level of a topic."""
    return NOT_IN_A_LEVEL.sub("_", name)


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


def outcome_events(topics: Topics, outcome: Outcome, at: datetime) -> tuple[Action, ...]:
    """Return the messages of recognised commands, one for each, or of speech that is none; times in seconds."""
    told = _told(outcome)
    if not outcome.transcript.commands:
        return (_unmatched_event(topics, outcome, told, at),)
    # Others may act on an event: it is good for no longer than our own actions.
    seconds_left = min(EVENT_EXPIRES_SECONDS, outcome.good_for - outcome.age)
    # What was said together has one id, and is counted.
    told |= {"of": len(outcome.transcript.commands), "confidence": round(outcome.confidence, 4)}
    return tuple(
        _event(topics, topics.intent(command.intent), told | _about(number, command), at, seconds_left)
        for number, command in enumerate(outcome.transcript.commands, start=1)
    )


def _about(number: int, command: Match) -> dict[str, object]:
    return {"command": number, "intent": command.intent, "slots": dict(command.slots)}


def _unmatched_event(topics: Topics, outcome: Outcome, told: dict[str, object], at: datetime) -> Action:
    transcript = outcome.transcript
    why = {
        "reason": transcript.reason.value if transcript.reason else None,
        "heard": transcript.heard or transcript.text,
        "nearest": outcome.nearest.text or None if outcome.nearest else None,
        "difference": outcome.nearest.difference if outcome.nearest else None,
    }
    # That nothing is done is told however late it is known.
    seconds_left = max(EVENT_EXPIRES_SECONDS - outcome.age, LEAST_NEWS_SECONDS)
    return _event(topics, topics.unmatched, told | why, at, seconds_left)


def _told(outcome: Outcome) -> dict[str, object]:
    """What events tell of everything that was heard."""
    transcript = outcome.transcript
    told: dict[str, object] = {
        "id": outcome.id,
        "text": transcript.text,
        "language": transcript.language or None,
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
    return told


def _event(
    topics: Topics, topic: str, told: dict[str, object], at: datetime, seconds_left: float = EVENT_EXPIRES_SECONDS
) -> Action:
    payload = json.dumps(
        told | {"site": topics.site, "time": at.isoformat(timespec="milliseconds")}, ensure_ascii=False
    )
    return Action(topic, payload, expires=seconds_left)
