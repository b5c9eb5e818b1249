"""Fields of Hermes' messages: those that are told, and those that others send."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiced.flow import Match

DIALOGUE = "dialogueSession"  # Rhasspy's reason to switch the wake word off while a session lasts
MOST_REASONS = 20  # for which others have switched something off
KINDS = {bool: "Custom", int: "Number", float: "Number"}  # of a slot's value; all others are "Custom"


def slot_field(match: Match, slot: str, confidence: float) -> dict[str, Any]:
    """Return a slot as both families want it."""
    value = match.slots[slot]
    start, end = match.spans.get(slot, (0, 0))
    return {
        "entity": slot,
        "slotName": slot,
        "rawValue": match.text[start:end],
        "value": {"kind": KINDS.get(type(value), "Custom"), "value": value},
        "confidence": confidence,
        "confidenceScore": confidence,
        "alternatives": [],
        "range": {"start": start, "end": end, "rawStart": start, "rawEnd": end},
    }


def tokens(text: str, confidence: float) -> list[dict[str, Any]]:
    """Return the words of a text, with their places."""
    told, at = [], 0
    for word in text.split():
        at = text.index(word, at)
        told.append(
            {"value": word, "confidence": confidence, "rangeStart": at, "rangeEnd": at + len(word), "time": None}
        )
        at += len(word)
    return told


def object_of(payload: bytes) -> dict[str, Any]:
    """Return the JSON object of a message. ValueError with the reason if it is none."""
    try:
        told = json.loads(payload or b"{}")
        json.dumps(told, ensure_ascii=False).encode()  # parts of it go back to the client
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error
    except UnicodeEncodeError as error:
        raise ValueError("holds half a character, such as \\ud800") from error
    if not isinstance(told, dict):
        raise ValueError("must be a JSON object")  # noqa: TRY004 # as all that is told of a message
    return told


def text_or_none(told: Mapping[str, Any], name: str) -> str | None:
    """Return a text that may be missing. ValueError if it is something else."""
    text = told.get(name)
    if text is not None and not isinstance(text, str):
        raise ValueError(f"{name} must be text")  # as all that is told of a message
    return text


def intents_of(told: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the intents that a client wants to hear; None: all. ValueError."""
    names = told.get("intentFilter")
    if not names:
        return None
    if not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        raise ValueError("intentFilter must be a list of names of intents")
    return frozenset(names)


@dataclass(frozen=True, slots=True)
class Holds:
    """What others have switched off: `hotword` or `asr`, and why."""

    held: frozenset[tuple[str, str]] = frozenset()

    def toggled(self, kind: str, reason: str) -> Holds:
        """Return what is off after `hotword/toggleOff` and the like.

        Rhasspy switches off for reasons of its own, such as `ttsSay`, and it is on again when none of them is left. For
        a session nothing is switched off here: what is said in one breath with the wake word would be lost.
        """
        part = kind.partition("/")[0]
        others = {held for held in self.held if held != (part, reason) and (reason or held[0] != part)}
        if kind.endswith("On"):
            return Holds(frozenset(others))
        if reason == DIALOGUE:
            return self
        return Holds(frozenset(sorted({*others, (part, reason)})[:MOST_REASONS]))

    @property
    def is_deaf(self) -> bool:
        """Whether not even a session is heard."""
        return any(part == "asr" for part, _ in self.held)
