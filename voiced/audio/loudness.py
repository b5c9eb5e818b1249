"""How loud sound is: root mean square (RMS), level in dB of full scale, peak. Arithmetic over samples.

Samples are float32 between -1 and 1, so that full scale is 1. Does not know what the sound is.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from voiced.flow import Samples

FLOOR_POWER = 1e-10  # added to a mean square before its logarithm is taken: digital silence is at -100 dB


def rms(samples: Samples) -> float:
    """Root mean square of samples of any shape, 1.0 at most; 0.0 if there are none."""
    return float(np.sqrt(np.square(samples).mean())) if samples.size else 0.0


def peak(samples: Samples) -> float:
    """Largest absolute value, 1.0 at most; 0.0 if there are no samples."""
    return float(np.abs(samples).max(initial=0.0))


def level_of(samples: Samples) -> float:
    """Level of some samples, at least one, in dB of full scale, between -100 and 0."""
    return 10 * math.log10(float(np.mean(np.square(samples))) + FLOOR_POWER)


def rms_of_blocks(samples: Samples, block: int) -> Samples:
    """RMS of each whole block of `block` samples, shape (n_blocks,); an incomplete block at the end is left out."""
    return np.asarray(np.sqrt(_power_of_blocks(samples, block)), np.float32)


def levels_of_blocks(samples: Samples, block: int) -> Samples:
    """Level of each whole block of `block` samples in dB of full scale, shape (n_blocks,)."""
    return np.asarray(10 * np.log10(_power_of_blocks(samples, block) + FLOOR_POWER), np.float32)


def _power_of_blocks(samples: Samples, block: int) -> Samples:
    blocks = samples[: len(samples) // block * block].reshape(-1, block)
    return np.asarray(np.square(blocks).mean(axis=1), np.float32)
