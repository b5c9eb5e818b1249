"""Mixes noise into speech at a given signal-to-noise ratio, as Picovoice's speech-to-intent benchmark does. Pure.

A random generator, seeded by (seed, file name, ratio), chooses the stretch of noise: two runs, and two recognisers,
hear the same sound.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from voiced.flow import Samples

BLOCK_SAMPLES = 2_048  # over which energy is measured


def mixed(speech: Samples, noise: Samples, snr: float, key: str) -> Samples:
    """Speech plus noise whose loudest block is `snr` dB below the speech's, scaled to a peak of 0.5; shape (samples,).

    `key` decides which stretch of the noise is taken.
    """
    stretch = _stretch(noise, len(speech), key)
    quiet = _loudest(stretch)
    scale = np.sqrt(_loudest(speech) / (quiet * 10 ** (snr / 10))) if quiet else 0.0
    both = speech + scale * stretch
    loudest = np.abs(both).max(initial=0.0)
    return (both / (2 * loudest) if loudest else both).astype(np.float32)


def key_of(seed: int, name: str, snr: float) -> str:
    """The text that decides which stretch of the noise is mixed in."""
    return f"{seed}/{name}/{snr:g}"


def _stretch(noise: Samples, length: int, key: str) -> Samples:
    if len(noise) < length:
        noise = np.tile(noise, -(-length // len(noise)))
    seed = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    start = np.random.default_rng(seed).integers(0, len(noise) - length, endpoint=True)
    return noise[start : start + length]


def _loudest(sound: Samples) -> float:
    """Largest energy (sum of squares) of any whole block, or of all samples where they are less than a block."""
    whole = len(sound) // BLOCK_SAMPLES * BLOCK_SAMPLES
    blocks = sound[:whole].reshape(-1, BLOCK_SAMPLES) if whole else sound.reshape(1, -1)
    return float((blocks.astype(np.float64) ** 2).sum(axis=1).max())
