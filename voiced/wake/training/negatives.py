"""What is no wake word: embeddings of other speech, to learn new wake words from and to calibrate them by.

Embeddings are standardised, cut off at LIMIT_SIGMA and kept as bytes. `tests/sounds/make_bank.py` makes the file.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE
from voiced.wake.templates import Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.wake.embedding import Features

FILE = Path(__file__).with_name("bank.npz")
LIMIT_SIGMA = 5.0  # standard deviations


@dataclass(frozen=True, eq=False, slots=True)
class Negatives:
    """Streams of speech, each without a break, one after the other."""

    embeddings: Features  # (frames, 96)
    scale: Scale


def read(minutes: float = math.inf, path: Path = FILE) -> Negatives:
    """The bank that ships with the package, or another; all of it, or as much as its first minutes."""
    frames = min(minutes * 60 * SAMPLE_RATE / FRAME_SAMPLES, sys.maxsize)
    with np.load(path, allow_pickle=False) as stored:
        scale = Scale(stored["mean"], stored["deviation"])
        standardised = stored["standardised"][: int(frames)].astype(np.float32) * np.float32(LIMIT_SIGMA / 127)
    return Negatives(standardised * scale.deviation + scale.mean, scale)


def write(path: Path, streams: Sequence[Features]) -> None:
    """Keep these."""
    embeddings = np.concatenate(streams)
    scale = Scale(embeddings.mean(axis=0), embeddings.std(axis=0))
    standardised = np.clip((embeddings - scale.mean) / scale.deviation, -LIMIT_SIGMA, LIMIT_SIGMA)
    quantised = np.round(standardised * (127 / LIMIT_SIGMA)).astype(np.int8)
    np.savez_compressed(path, standardised=quantised, mean=scale.mean, deviation=scale.deviation)
