"""Embeddings of a stream: their number and order, a fresh start, and whole recordings."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from voiced.flow import FRAME_SAMPLES
from voiced.wake.embedding import EMBEDDING, WARM_UP, Embedder, embedded

FRAMES = 12


@cache
def embedder() -> Embedder:
    return Embedder(longest=3)


@pytest.fixture(autouse=True)
def _from_the_start() -> None:
    embedder().reset()


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(scale=0.1, size=FRAMES * FRAME_SAMPLES).astype(np.float32)


def test_the_last_embeddings_of_a_stream() -> None:
    streamed = [embedder().hear(frame) for frame in noise(0).reshape(FRAMES, FRAME_SAMPLES)]
    assert all(steps.shape == (3, EMBEDDING) for steps in streamed)
    for before, after in pairwise(streamed):
        assert np.array_equal(before[1:], after[:-1])
    assert not np.allclose(streamed[-1][-1], streamed[-1][-2])


def test_a_recording_is_its_whole_frames() -> None:
    whole = embedded(embedder(), noise(0))
    assert whole.shape == (FRAMES, EMBEDDING)
    embedder().reset()
    assert np.array_equal(embedded(embedder(), np.append(noise(0), np.ones(FRAME_SAMPLES - 1, np.float32))), whole)


def test_reset_forgets_what_was_heard() -> None:
    first = embedded(embedder(), noise(1))
    assert not np.array_equal(embedded(embedder(), noise(1))[:WARM_UP], first[:WARM_UP])
    embedder().reset()
    assert np.array_equal(embedded(embedder(), noise(1)), first)


def test_what_is_long_past_does_not_count() -> None:
    one, other = (embedded(embedder(), np.concatenate((noise(seed), noise(2)))) for seed in (3, 4))
    assert not np.allclose(one[FRAMES], other[FRAMES])
    assert one[-1] == pytest.approx(other[-1], abs=1e-4)


def test_frames_of_another_length() -> None:
    with pytest.raises(AssertionError, match="80 ms"):
        embedder().hear(np.zeros(FRAME_SAMPLES - 1, np.float32))
