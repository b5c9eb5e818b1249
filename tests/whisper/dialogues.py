"""Long recordings for tests and benchmarks, put together from the dialogue in tests/sounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soundfile

from tests.whisper.clips import SAMPLE_RATE, SOUNDS, clip, music, silence

if TYPE_CHECKING:
    from tests.whisper.clips import Samples

SPEEDS = (1.0, 1.07, 0.95, 1.03, 0.98)  # of each time that it is said


def sound(name: str) -> Samples:
    """What the fixtures of long recordings are made from; short clips by their names."""
    long = {"dialogue": dialogue, "pauses": pauses, "very noisy": very_noisy}
    return long[name]() if name in long else clip(name)


def dialogue() -> Samples:
    """72 s; make_dialogue.py in tests/sounds says what they say."""
    samples, rate = soundfile.read(SOUNDS / "dialogue_en.ogg", dtype="float32")
    assert rate == SAMPLE_RATE
    return np.asarray(samples, np.float32)


def long_dialogue(seconds: float = 300.0) -> Samples:
    """The dialogue, said over and over at other speeds, and so in other voices."""
    said = dialogue()
    times = [_faster(said, speed) for speed in SPEEDS]
    return np.resize(np.concatenate(times), round(seconds * SAMPLE_RATE)).astype(np.float32)


def pauses() -> Samples:
    """Speech with silence and music around it: an invitation to make something up."""
    parts = [silence(6), clip("en"), silence(8), music(12), silence(5), dialogue()[: 10 * SAMPLE_RATE], silence(10)]
    return _noisy(np.concatenate(parts), 0.001)


def very_noisy() -> Samples:
    """The English clip in white noise louder than itself."""
    speech = clip("en")
    return _noisy(speech, 1.5 * float(np.sqrt(np.mean(speech**2))))


def _noisy(samples: Samples, level: float) -> Samples:
    noise = np.random.RandomState(2).standard_normal(len(samples))  # the one generator whose stream is frozen
    return np.asarray(samples + level * noise, np.float32)


def _faster(samples: Samples, speed: float) -> Samples:
    positions = np.arange(0, len(samples) - 1, speed)
    return np.asarray(np.interp(positions, np.arange(len(samples)), samples), np.float32)
