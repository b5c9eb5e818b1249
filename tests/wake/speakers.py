"""One synthetic voice as several speakers: the same recording faster and slower, higher and lower."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soxr

from voiced.audio import sound_file

if TYPE_CHECKING:
    from voiced.flow import Samples

SOUNDS = Path(__file__).parent.parent / "sounds"
SPEEDS = (1.0, 0.94, 1.07, 0.9, 1.03)
RATE = 16_000


def said(clip: str, speed: float = 1.0, *, gain: float = 1.0, noise: float = 3e-4) -> Samples:
    """A clip at another speed and pitch, with half a second of faint noise before and after it."""
    sound = soxr.resample(sound_file.read(SOUNDS / f"{clip}.ogg"), RATE * speed, RATE)
    sound = np.pad(sound * gain, RATE // 2)
    hiss = np.random.default_rng(round(100 * speed)).normal(scale=noise, size=len(sound))
    return np.asarray(sound + hiss, np.float32)


def takes(clip: str) -> list[Samples]:
    """Five."""
    return [said(clip, speed) for speed in SPEEDS]
