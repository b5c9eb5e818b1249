"""Reads the commands that others send over MQTT. Pure: knows no broker, clock or thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from voiced.flow import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiced.flow import Match
    from voiced.mqtt.topics import Topics

LONGEST_SENTENCE_LETTERS = 500  # nobody speaks a longer command
LONGEST_COMMAND_BYTES = 4_096  # longer payloads are refused unread


@dataclass(frozen=True, slots=True)
class ListenNow:
    """Command: listen now, without the wake word; `lifts_hold`: also if another program had wanted nothing heard."""

    lifts_hold: bool = False


@dataclass(frozen=True, slots=True)
class StopListening:
    """Command: end the recording under way; `dropped`: what was said so far is no command."""

    dropped: bool = False


@dataclass(frozen=True, slots=True)
class SetMute:
    """Command: mute or unmute the microphone."""

    muted: bool


@dataclass(frozen=True, slots=True)
class SetEvidence:
    """Command: the evidence that the second stage of wake words must find from now on."""

    evidence: float  # between 0 and 1


@dataclass(frozen=True, slots=True)
class SetMinConfidence:
    """Command: the confidence that a command must have from now on."""

    confidence: float  # between 0 and 1


@dataclass(frozen=True, slots=True)
class SetIntents:
    """Command: the folder of intents that a wake word listens for from now on."""

    wake_word: str  # as in the topic
    folder: str  # its name, without the path


@dataclass(frozen=True, slots=True)
class SetHotword:
    """Command: stop listening, or listen again, for as long as another program wants; a mute stays what it is."""

    listens: bool


@dataclass(frozen=True, eq=False, slots=True)
class Query:
    """Command: tell what a sentence means, and do nothing."""

    text: str
    answer: Callable[[Match | None], None]  # called with its meaning; None: it is in no grammar


Setting: TypeAlias = SetEvidence | SetMinConfidence | SetIntents
Command: TypeAlias = Sentence | ListenNow | StopListening | SetMute | Setting | SetHotword | Query


def read_command(topics: Topics, topic: str, payload: bytes, arrived: float) -> Command:
    """Return the command in a message that arrived at this second; ValueError with the reason if there is none."""
    if len(payload) > LONGEST_COMMAND_BYTES:
        raise ValueError(f"longer than {LONGEST_COMMAND_BYTES} bytes")
    text = payload.decode().strip()  # UnicodeDecodeError is a ValueError
    if topic == topics.say:
        return Sentence(sentence_of(text), arrived)
    if topic == topics.listen:
        if text.upper() not in {"", "ON", "PRESS"}:  # PRESS is what a Home Assistant button sends
            raise ValueError("must be empty or ON")
        return ListenNow()
    if topic == topics.set_mute:
        if text.upper() not in {"ON", "OFF"}:
            raise ValueError("must be ON or OFF")
        return SetMute(text.upper() == "ON")
    if topic == topics.set_evidence:
        return SetEvidence(_fraction(text))
    if topic == topics.set_min_confidence:
        return SetMinConfidence(_fraction(text))
    before, _, after = topic.partition("/intents/")
    if before == f"voiced/{topics.site}" and after.endswith("/set"):
        return SetIntents(after.removesuffix("/set"), text)
    raise ValueError("not a topic for commands")


def _fraction(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 < number < 1:
        raise ValueError("must be a number between 0 and 1")
    return number


def sentence_of(text: str) -> str:
    """Return a sentence in writing, with single spaces; ValueError with the reason if it is none."""
    text = text.strip()
    if not text:
        raise ValueError("an empty sentence")
    if len(text) > LONGEST_SENTENCE_LETTERS:
        raise ValueError(f"a sentence of more than {LONGEST_SENTENCE_LETTERS} characters")
    if not all(character.isprintable() or character.isspace() for character in text):
        raise ValueError("a sentence with unprintable characters")
    return " ".join(text.split())
