"""Alignment of takes with a stream, against the textbook's way to compute it."""

from __future__ import annotations

import numpy as np
import pytest

from voiced.wake.templates import Aligner, Calibration, Scale, similarities

RANDOM = np.random.default_rng(3)


def directions(*shape: int) -> np.ndarray:
    vectors = RANDOM.normal(size=shape)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32)


def textbook(take: np.ndarray, stream: np.ndarray, end: int) -> float:
    """Best similarity of all alignments that end with the take's last vector at `end`, one cell after the other."""
    best = np.inf
    for begin in range(end + 1):
        costs = np.full(len(take), np.inf)
        for step in range(begin, end + 1):
            cost = 1 - take @ stream[step]
            new = costs + cost
            new[1:] = np.minimum(new[1:], costs[:-1] + cost[1:])
            new[2:] = np.minimum(new[2:], costs[:-2] + 2 * cost[2:])
            if step == begin:
                new[0] = cost[0]
            costs = new
        best = min(best, costs[-1])
    return float(1 - best / len(take))


def test_similarity_is_the_textbooks() -> None:
    takes = [directions(5, 8), directions(3, 8), directions(7, 8)]
    stream = directions(14, 8)
    ours = similarities(takes, stream)
    for end in (6, 9, 13):
        for number, take in enumerate(takes):
            assert ours[end, number] == pytest.approx(textbook(take, stream, end), abs=1e-4)


def test_a_take_is_found_at_its_end_slower_and_faster_too() -> None:
    take = directions(8, 96)
    for said in (take, np.repeat(take, 2, axis=0), take[::2]):
        stream = np.concatenate((directions(20, 96), said, directions(20, 96)))
        heard = similarities([take], stream)[:, 0]
        assert abs(int(heard.argmax()) - (20 + len(said) - 1)) <= 1
        assert heard.max() > 0.6 > np.delete(heard, range(20, 20 + len(said) + 3)).max()


def test_reset_forgets_what_was_begun() -> None:
    take = directions(6, 8)
    aligner = Aligner([take])
    first = [aligner.hear(vector)[0] for vector in take]
    aligner.reset()
    assert aligner.hear(take[-1])[0] < -1_000
    aligner.reset()
    assert [aligner.hear(vector)[0] for vector in take] == first
    assert first[-1] == pytest.approx(1, abs=1e-5)


def test_units_are_the_mean_of_the_two_best_takes_each_by_its_own_measure() -> None:
    calibration = Calibration(np.array([0.5, 0.4, 0.6]), np.array([0.1, 0.2, 0.1]), offset=0.5)
    assert calibration.units(np.array([[0.6, 0.8, 0.6]])) == pytest.approx([(1 + 2) / 2])
    assert calibration.score(0.5) == pytest.approx(0.1)
    assert calibration.score(-100.0) < 1e-9 < 1 - 1e-9 < calibration.score(100.0) <= 1


def test_directions_are_standardised_and_of_unit_length() -> None:
    scale = Scale(np.full(4, 2.0, np.float32), np.full(4, 0.5, np.float32))
    assert scale.directions(np.array([[2.0, 2.5, 2.0, 2.0]])) == pytest.approx(np.array([[0.0, 1.0, 0.0, 0.0]]))
    assert np.isfinite(scale.directions(np.full((1, 4), 2.0))).all()
