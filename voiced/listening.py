"""Frames → utterances: wait for the wake word, record until the endpointer says so. (Signatures; the body follows.)"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.endpointing import EndpointingSettings
    from voiced.flow import AudioFrame, Detection, Utterance
    from voiced.vad import Vad
    from voiced.wakeword import WakeWordDetector


@dataclass(frozen=True, slots=True)
class Listening:
    """A recording has begun: woken by a word, or (None) because it was asked for."""

    detection: Detection | None


@dataclass(frozen=True, slots=True)
class Muted:
    """Mute was switched, on or off; a recording under way was thrown away."""

    muted: bool


Event: TypeAlias = "Listening | Muted | Utterance"


class Requests:
    """What others ask of the ear, from any thread; heeded at the next frame."""

    def __init__(self, *, muted: bool = False) -> None: ...

    def listen_now(self) -> None:
        """Record a command without the wake word."""

    def mute(self, *, muted: bool) -> None:
        """Throw all sound away, or listen again."""


def listen(
    frames: Iterable[AudioFrame],
    detector: WakeWordDetector,
    vad: Vad,
    settings: EndpointingSettings,
    requests: Requests,
) -> Iterator[Event]:
    """Each command as an utterance, each change on the way as an event; ends with the frames."""
    ...
