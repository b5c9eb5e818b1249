"""Recordings made ready to be spoken to the daemon: where speech ends, noise behind it, pauses between words.

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

QUIET = 4_800  # samples, 0.3 s: what is looped as room noise
BLOCK = 160  # samples, 10 ms, over which energy is measured
ABOVE_FLOOR, BELOW_PEAK = 9.0, 28.0  # dB: sound that belongs to speech
HISS = 0.01  # of the loudness of the whole, -40 dB
FADE = 160  # samples, 10 ms: seams must not click
SEARCHED = 1_280  # samples, 80 ms: a pause is put where it is quietest so near the end of a word


def speech_end(samples: Samples, vad: Vad) -> int:
    """Sample after the speech, as a reference: the median of the energy's end, the voice's, and the loud voice's.

    Any one of them errs: breath has energy, the VAD is late where a room rings on, a soft "s" is no voice.
    """
    vad.reset()
    steps = list(vad.judge(np.concatenate((samples, room_noise(samples, SAMPLE_RATE)))))
    voiced = [step for step, sound in enumerate(steps) if sound is not Activity.QUIET]
    loud = [step for step, sound in enumerate(steps) if sound is Activity.SPEECH]
    ends = [(found[-1] + 1) * STEP_SAMPLES for found in (voiced, loud) if found]
    return min(len(samples), round(median([*ends, energy_end(samples)])))


def energy_end(samples: Samples) -> int:
    """Sample after the last block that stands out from the floor."""
    levels = levels_of_blocks(samples, BLOCK)
    floor, peak = np.percentile(levels, [10, 98])
    loud = np.flatnonzero(levels > max(floor + ABOVE_FLOOR, peak - BELOW_PEAK))
    return int(loud[-1] + 1) * BLOCK if len(loud) else len(samples)


def room_noise(samples: Samples, length: int) -> Samples:
    """The quietest stretch of a recording, there and back again until it is long enough; where none is quiet, hiss."""
    quiet = min(QUIET, len(samples))
    starts = range(0, len(samples) - quiet + 1, BLOCK)
    start = min(starts, key=lambda begin: float(np.square(samples[begin : begin + quiet]).sum()))
    piece = samples[start : start + quiet]
    loudness = rms(samples)
    if rms(piece) > HISS * 10 * loudness:  # somebody speaks all the time
        piece = np.random.default_rng(1).normal(scale=HISS * loudness, size=quiet).astype(np.float32)
    loop = np.concatenate((piece, piece[::-1]))
    return np.tile(loop, -(-length // len(loop)))[:length]


def in_its_room(samples: Samples, before: int, after: int) -> Samples:
    """The recording, and so many samples of its own room noise before and behind it."""
    return _joined([room_noise(samples, before + FADE), samples, room_noise(samples, after + FADE)])


def with_pauses(samples: Samples, word_ends: Sequence[float], pause: float) -> Samples:
    """The recording with pauses of room noise, in seconds, near these times."""
    cuts = [0, *(_quietest(samples, round(end * SAMPLE_RATE)) for end in word_ends), len(samples)]
    silence = room_noise(samples, round(pause * SAMPLE_RATE) + 2 * FADE)
    pieces: list[Samples] = []
    for begin, end in pairwise(cuts):
        if end - begin > 2 * FADE:
            pieces += [silence] if pieces else []
            pieces.append(samples[begin:end])
    return _joined(pieces)


def _quietest(samples: Samples, near: int) -> int:
    """Middle of the quietest block around a sample."""
    begin = max(0, near - SEARCHED)
    levels = levels_of_blocks(samples[begin : near + SEARCHED], BLOCK)
    return begin + int(levels.argmin()) * BLOCK + BLOCK // 2 if len(levels) else near


def _joined(pieces: Sequence[Samples]) -> Samples:
    """One after the other, each faded into the next."""
    joined = pieces[0].copy()
    rising = np.linspace(0, 1, FADE, dtype=np.float32)
    for piece in pieces[1:]:
        joined[-FADE:] = joined[-FADE:] * (1 - rising) + piece[:FADE] * rising
        joined = np.concatenate((joined, piece[FADE:]))
    return joined
