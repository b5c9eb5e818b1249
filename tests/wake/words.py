"""Wake words out of random numbers: small, quick, and of the shapes that `voiced wake` makes."""

from __future__ import annotations

import numpy as np

from voiced.wake.embedding import EMBEDDING
from voiced.wake.network import STEPS, Network
from voiced.wake.templates import Calibration, Scale
from voiced.wake.word_file import WordOfNetwork, WordOfTakes

SCALE = Scale(np.full(EMBEDDING, 2.0, np.float32), np.full(EMBEDDING, 3.0, np.float32))
HIDDEN = 48


def random(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def speech(frames: int, seed: int) -> np.ndarray:
    """Embeddings (frames, 96) as SCALE has them."""
    return np.asarray(2 + 3 * random(frames, EMBEDDING, seed=seed), np.float32)


def word_of_takes() -> WordOfTakes:
    """Three takes, whose beginnings differ, of `speech(11, seed=1)`."""
    takes = tuple(SCALE.directions(speech(11, seed=1)[first:]) for first in (2, 1, 0))
    calibration = Calibration(np.full(3, 0.4, np.float32), np.full(3, 0.1, np.float32), offset=2.5)
    return WordOfTakes("hey jarvis", takes, SCALE, calibration)


def network() -> Network:
    """Its output is high where the last embedding of a window is far above the mean."""
    first = np.asarray(random(HIDDEN, STEPS * EMBEDDING) / 1_000, np.float32)
    first[0, -EMBEDDING:] = 1 / EMBEDDING
    last = np.zeros((1, HIDDEN), np.float32)
    last[0, 0] = 4
    biases = [np.zeros(size, np.float32) for size in (HIDDEN, HIDDEN, 1)]
    layers = ((first, biases[0]), (np.eye(HIDDEN, dtype=np.float32), biases[1]), (last, biases[2]))
    return Network(SCALE, layers, offset=4.0, slope=2.0)


def word_of_network() -> WordOfNetwork:
    return WordOfNetwork("hey computer", network())


def window(deviations: float) -> np.ndarray:
    """Embeddings (STEPS, 96), so many standard deviations above the mean."""
    return np.full((STEPS, EMBEDDING), 2 + 3 * deviations, np.float32)
