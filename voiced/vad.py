"""Is this frame speech? Silero's network, with hysteresis and a level gate. (Signatures; the body follows.)"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiced.flow import Samples

STEP_SAMPLES = 480  # 30 ms, the network's step


@dataclass(frozen=True, slots=True)
class VadSettings:
    """When a step of sound counts as speech."""

    on: float = 0.5  # probability from which speech begins
    off: float = 0.35  # probability below which it ends
    gate: float = 14.0  # dB: sound so much below the loudest speech of the command is somebody else's


class Vad:
    """Judges a stream in steps of 30 ms."""

    def __init__(self, settings: VadSettings) -> None:
        """Load the network."""

    def judge(self, samples: Samples) -> Iterator[bool]:
        """Take any number of samples in; one verdict for each step that is complete."""
        ...

    def reset(self) -> None:
        """Forget all sound, as before a new command."""
