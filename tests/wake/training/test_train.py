"""A network learns what it is shown, the same each time, and its file gives back what was learnt."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from voiced.errors import ModelError
from voiced.wake import tuning, word_file
from voiced.wake.embedding import EMBEDDING
from voiced.wake.head import NetworkHead, open_model
from voiced.wake.model_file import find
from voiced.wake.network import LIMIT_SIGMA, STEPS, Network, as_bytes, from_bytes, windows_of
from voiced.wake.templates import Scale
from voiced.wake.training.train import TrainingSet, calibrated, outputs_of, peaks, train

if TYPE_CHECKING:
    from pathlib import Path

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


def test_it_tells_the_phrase_from_other_speech() -> None:
    network, rounds = learnt()
    assert rounds == 120
    assert (network.outputs(phrases(50, 5)) > outputs_of(network, noise(4_000, seed=6)).max()).all()


def test_it_learns_the_same_each_time() -> None:
    learnt.cache_clear()
    first, _ = learnt(20)
    learnt.cache_clear()
    again, _ = learnt(20)
    assert np.array_equal(first.outputs(phrases(9, 7)), again.outputs(phrases(9, 7)))


def test_scores_mean_so_many_detections_an_hour() -> None:
    network = calibrated(learnt()[0], noise(HALF_AN_HOUR, seed=8))
    found = peaks(outputs_of(network, noise(HALF_AN_HOUR, seed=8)))
    scores = np.array([network.score(float(output)) for output in found])
    assert (scores >= 0.1 - 1e-6).sum() == tuning.TRAINED_CANDIDATES_PER_HOUR // 2
    assert (scores >= tuning.ALONE_SCORE - 1e-6).sum() <= 1
    assert 0 < scores.min() < scores.max() < 1


def test_windows_are_every_row_of_steps() -> None:
    stream = noise(STEPS + 3)
    windows = windows_of(stream)
    assert windows.shape == (4, STEPS, EMBEDDING)
    assert np.array_equal(windows[2], stream[2 : 2 + STEPS])


def test_numbers_far_out_are_cut_off() -> None:
    network, _ = learnt()
    far, further = (np.full((1, STEPS, EMBEDDING), 2 + 3 * times, np.float32) for times in (LIMIT_SIGMA, 100))
    assert network.outputs(far) == pytest.approx(network.outputs(further))


def test_weights_as_bytes_are_nearly_the_same() -> None:
    weights = np.random.default_rng(0).normal(size=(5, 40)).astype(np.float32)
    kept, unit = as_bytes(weights)
    assert kept.dtype == np.int8
    assert from_bytes(kept, unit) == pytest.approx(weights, abs=float(unit.max()) / 2 + 1e-6)


@pytest.fixture
def word(tmp_path: Path) -> Path:
    path = tmp_path / "hey_computer.npz"
    word_file.write(path, word_file.WordOfNetwork("hey computer", learnt()[0]))
    return path


def test_the_file_gives_back_what_was_learnt(word: Path) -> None:
    assert word.stat().st_size < 100_000
    found = word_file.read(word)
    assert isinstance(found, word_file.WordOfNetwork)
    assert found.phrase == "hey computer"
    windows = phrases(20, 9)
    assert found.network.outputs(windows) == pytest.approx(learnt()[0].outputs(windows), abs=0.3)
    assert [path.name for path in word.parent.iterdir()] == ["hey_computer.npz"]


def test_as_a_head_it_scores_the_last_steps(word: Path) -> None:
    model = open_model(find(str(word)))
    assert (model.name, model.phrase) == ("hey_computer", "hey computer")
    assert isinstance(model.head, NetworkHead)
    assert model.head.steps == STEPS
    longer = np.concatenate((noise(5, seed=10), phrases(1, 11)[0]))
    score = model.head.hear(longer)
    assert score > 0.9
    model.head.reset()
    assert model.head.hear(longer) == score
    assert model.head.hear(noise(STEPS, seed=12)) < 0.1


DAMAGED = {
    "kind": np.array("voiced wake word: network, 2"),
    "phrase": np.array(["a", "list"]),
    "scale": np.zeros((2, EMBEDDING), np.float32),
    "calibration": np.array([0.0, -1.0]),
    "weights0": np.zeros((48, 7), np.int8),
    "weights1": np.zeros((3, 9), np.int8),
    "weights2": np.zeros((2, 48), np.int8),
    "unit1": np.full(48, np.inf),
    "biases0": np.zeros(3),
    "biases2": np.array(["a"]),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_file_that_is_not_what_it_claims(word: Path, name: str) -> None:
    with np.load(word) as stored:
        arrays = dict(stored)
    np.savez(word, **arrays | {name: DAMAGED[name]})
    with pytest.raises(
        ModelError, match=r"computer\.npz: is not a wake word made by `voiced wake enroll` or"
    ) as raised:
        word_file.read(word)
    assert "\n" not in str(raised.value)
