"""Embeddings of other speech: negatives, to train new wake words with and to calibrate them on.

The file holds them standardised, clipped to LIMIT_SIGMA and quantised to signed bytes; `tests/sounds/make_bank.py`
makes it.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE
from voiced.wake import tuning
from voiced.wake.templates import Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.wake.embedding import Features

FILE = Path(__file__).with_name("bank.npz")
LIMIT_SIGMA = 5.0  # standard deviations at which embeddings are clipped


@dataclass(frozen=True, eq=False, slots=True)
class Negatives:
    """Embeddings of speech, many speakers in a row."""

    embeddings: Features  # (frames, 96), one each 80 ms
    scale: Scale  # mean and deviation of the whole bank


def read(minutes: float = math.inf, path: Path = FILE) -> Negatives:
    """Return the first `minutes` of a file of negatives, by default all of the one that ships with the package."""
    frames = min(minutes * 60 * SAMPLE_RATE / FRAME_SAMPLES, sys.maxsize)
    with np.load(path, allow_pickle=False) as stored:
        scale = Scale(stored["mean"], stored["deviation"])
        standardised = stored["standardised"][: int(frames)].astype(np.float32) * np.float32(LIMIT_SIGMA / 127)
    return Negatives(standardised * scale.deviation + scale.mean, scale)


def write(path: Path, streams: Sequence[Features]) -> None:
    """Write streams (frames, 96) as a file of negatives."""
    embeddings = np.concatenate(streams)
    scale = Scale(embeddings.mean(axis=0), embeddings.std(axis=0))
    standardised = np.clip((embeddings - scale.mean) / scale.deviation, -LIMIT_SIGMA, LIMIT_SIGMA)
    quantised = np.round(standardised * (127 / LIMIT_SIGMA)).astype(np.int8)
    np.savez_compressed(path, standardised=quantised, mean=scale.mean, deviation=scale.deviation)


def peaks(scores: Features) -> Features:
    """Return the maximum of each block of CANDIDATE_APART_FRAMES scores, (n_blocks,), highest first.

    The first N of them, on negatives, are the N false wakes that a threshold just below the last one would cause.
    """
    apart = tuning.CANDIDATE_APART_FRAMES
    whole = len(scores) // apart * apart
    return np.sort(scores[:whole].reshape(-1, apart).max(axis=1))[::-1]
