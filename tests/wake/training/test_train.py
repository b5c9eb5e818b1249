"""A network learns what it is shown, reproducibly, and is calibrated on other speech."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from voiced.wake import tuning
from voiced.wake.embedding import EMBEDDING
from voiced.wake.network import STEPS, Network
from voiced.wake.templates import Scale
from voiced.wake.training.negatives import peaks
from voiced.wake.training.train import TrainingSet, calibrated, outputs_of, train

SCALE = Scale(np.full(EMBEDDING, 2.0, np.float32), np.full(EMBEDDING, 3.0, np.float32))
HALF_AN_HOUR = 22_500  # frames of half an hour


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(2.0, 3.0, size=(*shape, EMBEDDING)).astype(np.float32)


def phrases(count: int, seed: int) -> np.ndarray:
    """Windows in which the last steps go the same way."""
    way = np.random.default_rng(99).normal(size=EMBEDDING)
    windows = noise(count, STEPS, seed=seed)
    windows[:, -6:] += 6.0 * way
    return np.asarray(windows, np.float32)


@cache
def learnt(rounds: int = 120) -> tuple[Network, int]:
    even = np.full(200, 1 / 200)
    examples = TrainingSet(phrases(200, 1), even, noise(200, STEPS, seed=2), even, noise(4_000, seed=3))
    done: list[int] = []
    return train(examples, SCALE, noise(4_000, seed=4), rounds, lambda: done.append(1)), len(done)


@pytest.mark.slow
def test_it_tells_the_phrase_from_other_speech() -> None:
    network, rounds = learnt()
    assert rounds == 120
    assert (network.outputs(phrases(50, 5)) > outputs_of(network, noise(4_000, seed=6)).max()).all()


@pytest.mark.slow
def test_it_learns_the_same_each_time() -> None:
    learnt.cache_clear()
    first, _ = learnt(20)
    learnt.cache_clear()
    again, _ = learnt(20)
    assert np.array_equal(first.outputs(phrases(9, 7)), again.outputs(phrases(9, 7)))


@pytest.mark.slow
def test_scores_mean_so_many_detections_an_hour() -> None:
    network = calibrated(learnt()[0], noise(HALF_AN_HOUR, seed=8))
    found = peaks(outputs_of(network, noise(HALF_AN_HOUR, seed=8)))
    scores = np.array([network.score(float(output)) for output in found])
    assert (scores >= 0.1 - 1e-6).sum() == tuning.TRAINED_CANDIDATES_PER_HOUR // 2
    assert (scores >= tuning.ALONE_SCORE - 1e-6).sum() <= 1
    assert 0 < scores.min() < scores.max() < 1
