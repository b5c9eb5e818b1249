"""Sounds that the Whisper tests and the reference fixtures are made from, by name; mono float32 at 16 kHz."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

if TYPE_CHECKING:
    import numpy.typing as npt

    Samples = npt.NDArray[np.float32]

SAMPLE_RATE = 16_000
SOUNDS = Path(__file__).parents[1] / "sounds"
SPEECH = ("en", "de", "es", "fr")  # speech_*.flac; make_speech.py beside them says what they say


def clip(name: str) -> Samples:
    if name in SPEECH:
        samples, rate = soundfile.read(SOUNDS / f"speech_{name}.flac", dtype="float32")
        assert rate == SAMPLE_RATE
        return np.asarray(samples, np.float32)
    return {"silence": silence, "music": music, "noisy": noisy}[name]()


def silence(seconds: float = 5.0) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)


def music(seconds: float = 10.0) -> Samples:
    """Four plucked chords, over and over: C, a, F, G."""
    chords = [(261.6, 329.6, 392.0), (220.0, 261.6, 329.6), (174.6, 220.0, 261.6), (196.0, 246.9, 293.7)]
    t = np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE  # half a second each
    partials = [(1, 1.0), (2, 0.5), (3, 0.25)]
    plucked = [
        sum(level * np.sin(2 * np.pi * note * n * t) for note in chord for n, level in partials) * np.exp(-4 * t)
        for chord in chords
    ]
    once = np.concatenate(plucked)
    return np.resize(0.08 * once, round(seconds * SAMPLE_RATE)).astype(np.float32)


def noisy() -> Samples:
    """The English clip in white noise as loud as itself."""
    speech = clip("en")
    noise = np.random.RandomState(0).standard_normal(len(speech))  # the one generator whose stream is frozen
    return np.asarray(speech + noise * np.sqrt(np.mean(speech**2)), np.float32)
