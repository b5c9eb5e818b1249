"""The bank of other speech: written and read, in part, and as it ships."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from voiced.wake import tuning
from voiced.wake.embedding import EMBEDDING
from voiced.wake.training import negatives

if TYPE_CHECKING:
    from pathlib import Path


def speech(frames: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(2.0, 3.0, size=(frames, EMBEDDING)).astype(np.float32)


def test_streams_come_back_one_after_the_other(tmp_path: Path) -> None:
    path, streams = tmp_path / "bank.npz", [speech(500, 0), speech(300, 1)]
    negatives.write(path, streams)
    found = negatives.read(path=path)
    written = np.concatenate(streams)
    assert found.scale.mean == pytest.approx(written.mean(axis=0))
    assert found.scale.deviation == pytest.approx(written.std(axis=0))
    step = found.scale.deviation.max() * negatives.LIMIT_SIGMA / 127
    assert np.abs(found.embeddings - written).max() < step


def test_numbers_far_out_are_cut_off(tmp_path: Path) -> None:
    stream = speech(2_000, 2)
    stream[7, 5] = 1_000
    negatives.write(tmp_path / "bank.npz", [stream])
    found = negatives.read(path=tmp_path / "bank.npz")
    highest = found.scale.mean[5] + negatives.LIMIT_SIGMA * found.scale.deviation[5]
    assert found.embeddings[7, 5] == pytest.approx(highest, rel=1e-4)


def test_the_first_minutes(tmp_path: Path) -> None:
    negatives.write(tmp_path / "bank.npz", [speech(2_000, 3)])
    whole, part = negatives.read(path=tmp_path / "bank.npz"), negatives.read(2, tmp_path / "bank.npz")
    assert len(part.embeddings) == 2 * 60 * 1_000 // 80
    assert np.array_equal(part.embeddings, whole.embeddings[: len(part.embeddings)])


def test_the_bank_that_ships_is_standardised_by_its_own_scale() -> None:
    bank = negatives.read()
    assert bank.embeddings.shape[1:] == (EMBEDDING,)
    standardised = (bank.embeddings - bank.scale.mean) / bank.scale.deviation
    assert np.abs(standardised.mean(axis=0)).max() < 0.05
    assert standardised.std(axis=0) == pytest.approx(1, abs=0.05)


def test_of_scores_close_together_the_highest_counts() -> None:
    scores = np.zeros(3 * tuning.CANDIDATE_APART_FRAMES + 1, np.float32)
    scores[[0, 1, tuning.CANDIDATE_APART_FRAMES, -1]] = 0.2, 0.5, 0.9, 1.0  # the last one is of no whole block
    assert negatives.peaks(scores).tolist() == pytest.approx([0.9, 0.5, 0.0])
