"""What became of spoken commands, read off what the daemon told other clients. `ledger` has those in writing.

What is said must wake the daemon, unless it told that its microphone was missing; what woke it must be told once, as a
command or as none; a command must be done once, and in time. An action follows the event that it belongs to, on one
connection. Wakes and speech are counted in seconds of sound.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.faults.ledger import EXPIRES_SECONDS, Account

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ONE_COMMAND_SECONDS = 2.5  # less than from one wake word to that of the next command
BEFORE_SECONDS = 0.5  # a wake is noticed so long after its command may have begun
NO_SOUND_SECONDS = 3.5  # after which the microphone is told to be missing, since the last sound
PLAYED_SECONDS = 1.5  # by which the player may err about the end of what it played


@dataclass(frozen=True)
class Said:
    """A command that was spoken."""

    intent: str
    began: float  # second
    ended: float  # second when its speech was over


@dataclass(frozen=True)
class Message:
    """What another client heard."""

    at: float  # second
    topic: str
    payload: str


@dataclass(frozen=True)
class _Told:
    """An event about something that was spoken, and when its actions came."""

    event: dict[str, Any]
    done: list[float] = field(default_factory=list)


def account_of_spoken(said: Sequence[Said], heard: Sequence[Message], site: str) -> Account:
    """Compare what was said with what was heard from then on, until all was told; a command is said only once."""
    told = list(_told(heard, site))
    wakes = list(_wakes(heard, site))
    refused = sum(message.topic == f"voiced/{site}/wake/rejected" for message in heard)
    outages = list(_outages(heard, site))
    excused = sum(any(since < one.ended and one.began < until for since, until in outages) for one in said)
    unheard = len(said) - excused - len(wakes) - refused
    times = Counter(bisect_right(wakes, told_one.event["speech"][0] + BEFORE_SECONDS) for told_one in told)
    ended = {one.intent: one.ended for one in said}
    commands = [one for one in told if "intent" in one.event]
    return Account(
        understood=len(commands),
        lost=tuple(one.event["text"] for one in commands if not one.done) + ("woken by none",) * unheard,
        late=tuple(one.event["text"] for one in commands for at in one.done if _is_late(one.event, at, ended)),
        doubled=tuple(one.event["text"] for one in commands if len(one.done) > 1)
        + tuple(f"woken at {wakes[number - 1]} s" for number, count in times.items() if number and count > 1),
        unreported=tuple(f"woken at {at} s" for number, at in enumerate(wakes, 1) if not times[number]),
    )


def _is_late(event: dict[str, Any], at: float, ended: dict[str, float]) -> bool:
    return at - ended.get(event["intent"], at) > EXPIRES_SECONDS + PLAYED_SECONDS


def _told(heard: Sequence[Message], site: str) -> Iterator[_Told]:
    owner: _Told | None = None
    for message in heard:
        if message.topic.startswith((f"voiced/{site}/intent/", f"voiced/{site}/unmatched")):
            event = json.loads(message.payload)
            if event.get("reason") == "busy":
                continue  # told by the connection's thread, between any others
            owner = _Told(event) if "speech" in event else None
            if owner:
                yield owner
        elif owner and message.topic.startswith("home/"):
            owner.done.append(message.at)


def _outages(heard: Sequence[Message], site: str) -> Iterator[tuple[float, float]]:
    """When no sound came, as was told: from the last sound on, until the microphone was back."""
    since = float("inf")
    for message in heard:
        if message.topic == f"voiced/{site}/microphone":
            if message.payload == "missing":
                since = message.at - NO_SOUND_SECONDS
            elif since < message.at:
                yield since, message.at
                since = float("inf")
    if since < float("inf"):
        yield since, float("inf")


def _wakes(heard: Sequence[Message], site: str) -> Iterator[float]:
    """When each command woke it; once, where one wake word was heard twice."""
    last = float("-inf")
    for message in heard:
        if message.topic == f"voiced/{site}/wake" and (at := json.loads(message.payload)["at"]) > last:
            if at - last > ONE_COMMAND_SECONDS:
                yield at
            last = at
