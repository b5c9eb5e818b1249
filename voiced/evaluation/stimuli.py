"""Prepares recordings for the real-time benchmark: finds the end of speech, adds room noise, puts pauses between words.

Arithmetic over samples, and the VAD; knows no recogniser and no clock.
"""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio.loudness import levels_of_blocks, rms
from voiced.audio.vad import STEP_SAMPLES, Activity
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.audio.vad import Vad
    from voiced.flow import Samples

LOOP_SAMPLES = 4_800  # 0.3 s of room noise, which are looped
BLOCK_SAMPLES = 160  # 10 ms, over which energy is measured
ABOVE_FLOOR_DB, BELOW_PEAK_DB = 9.0, 28.0  # sound that belongs to speech
HISS = 0.01  # of the loudness of the whole, -40 dB
FADE_SAMPLES = 160  # 10 ms: seams must not click
SEARCHED_SAMPLES = 1_280  # 80 ms: a pause is put where it is quietest this near to the end of a word


def speech_end(samples: Samples, vad: Vad) -> int:
    """Index of the sample after the speech: the median of three estimates, by energy, by the VAD, by its loud steps.

    Each estimate errs: breath has energy, the VAD is late where a room echoes, a soft "s" is no voice.
    """
    vad.reset()
    steps = list(vad.judge(np.concatenate((samples, room_noise(samples, SAMPLE_RATE)))))
    voiced = [step for step, sound in enumerate(steps) if sound is not Activity.QUIET]
    loud = [step for step, sound in enumerate(steps) if sound is Activity.SPEECH]
    ends = [(found[-1] + 1) * STEP_SAMPLES for found in (voiced, loud) if found]
    return min(len(samples), round(median([*ends, energy_end(samples)])))


def energy_end(samples: Samples) -> int:
    """Index of the sample after the last block of 10 ms that is louder than the noise floor."""
    levels = levels_of_blocks(samples, BLOCK_SAMPLES)
    floor, peak = np.percentile(levels, [10, 98])
    loud = np.flatnonzero(levels > max(floor + ABOVE_FLOOR_DB, peak - BELOW_PEAK_DB))
    return int(loud[-1] + 1) * BLOCK_SAMPLES if len(loud) else len(samples)


def room_noise(samples: Samples, length: int) -> Samples:
    """`length` samples of the recording's quietest 0.3 s, looped forwards and backwards; hiss if none is quiet."""
    quiet = min(LOOP_SAMPLES, len(samples))
    starts = range(0, len(samples) - quiet + 1, BLOCK_SAMPLES)
    start = min(starts, key=lambda begin: float(np.square(samples[begin : begin + quiet]).sum()))
    piece = samples[start : start + quiet]
    loudness = rms(samples)
    if rms(piece) > HISS * 10 * loudness:  # somebody speaks all the time
        piece = np.random.default_rng(1).normal(scale=HISS * loudness, size=quiet).astype(np.float32)
    loop = np.concatenate((piece, piece[::-1]))
    return np.tile(loop, -(-length // len(loop)))[:length]


def in_its_room(samples: Samples, before: int, after: int) -> Samples:
    """The recording with `before` and `after` samples of its own room noise around it."""
    return _joined([room_noise(samples, before + FADE_SAMPLES), samples, room_noise(samples, after + FADE_SAMPLES)])


def with_pauses(samples: Samples, word_ends: Sequence[float], pause: float) -> Samples:
    """The recording with pauses of room noise of `pause` seconds near `word_ends`, in seconds."""
    cuts = [0, *(_quietest(samples, round(end * SAMPLE_RATE)) for end in word_ends), len(samples)]
    silence = room_noise(samples, round(pause * SAMPLE_RATE) + 2 * FADE_SAMPLES)
    pieces: list[Samples] = []
    for begin, end in pairwise(cuts):
        if end - begin > 2 * FADE_SAMPLES:
            pieces += [silence] if pieces else []
            pieces.append(samples[begin:end])
    return _joined(pieces)


def _quietest(samples: Samples, near: int) -> int:
    """Index of the middle of the quietest block within SEARCHED_SAMPLES of a sample."""
    begin = max(0, near - SEARCHED_SAMPLES)
    levels = levels_of_blocks(samples[begin : near + SEARCHED_SAMPLES], BLOCK_SAMPLES)
    return begin + int(levels.argmin()) * BLOCK_SAMPLES + BLOCK_SAMPLES // 2 if len(levels) else near


def _joined(pieces: Sequence[Samples]) -> Samples:
    """The pieces joined, each cross-faded into the next."""
    joined = pieces[0].copy()
    rising = np.linspace(0, 1, FADE_SAMPLES, dtype=np.float32)
    for piece in pieces[1:]:
        joined[-FADE_SAMPLES:] = joined[-FADE_SAMPLES:] * (1 - rising) + piece[:FADE_SAMPLES] * rising
        joined = np.concatenate((joined, piece[FADE_SAMPLES:]))
    return joined
