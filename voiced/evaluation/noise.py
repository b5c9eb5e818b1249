"""Speech in noise at a given ratio, as the published speech-to-intent benchmark mixes it. Pure: the same every time.

The stretch of noise is drawn from a generator seeded by (seed, file name, ratio), so that two runs, and two
recognisers, hear the same.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from voiced.flow import Samples

BLOCK = 2_048  # samples over which energy is measured


def mixed(speech: Samples, noise: Samples, snr: float, key: str) -> Samples:
    """Speech with noise `snr` dB below its loudest block, at half of full scale; `key` decides which stretch."""
    stretch = _stretch(noise, len(speech), key)
    quiet = _loudest(stretch)
    scale = np.sqrt(_loudest(speech) / (quiet * 10 ** (snr / 10))) if quiet else 0.0
    both = speech + scale * stretch
    loudest = np.abs(both).max(initial=0.0)
    return (both / (2 * loudest) if loudest else both).astype(np.float32)


def key_of(seed: int, name: str, snr: float) -> str:
    """What decides the stretch of noise."""
    return f"{seed}/{name}/{snr:g}"


def _stretch(noise: Samples, length: int, key: str) -> Samples:
    if len(noise) < length:
        noise = np.tile(noise, -(-length // len(noise)))
    seed = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    start = np.random.default_rng(seed).integers(0, len(noise) - length, endpoint=True)
    return noise[start : start + length]


def _loudest(sound: Samples) -> float:
    """The largest energy of any whole block; of all there is, where that is less than a block."""
    whole = len(sound) // BLOCK * BLOCK
    blocks = sound[:whole].reshape(-1, BLOCK) if whole else sound.reshape(1, -1)
    return float((blocks.astype(np.float64) ** 2).sum(axis=1).max())
