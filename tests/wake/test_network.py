"""The network of a wake word: windows, clipped inputs, scores, and weights as bytes."""

from __future__ import annotations

import numpy as np
import pytest

from tests.wake.words import network, random, window
from voiced.wake import tuning
from voiced.wake.embedding import EMBEDDING
from voiced.wake.network import LIMIT_SIGMA, STEPS, as_bytes, from_bytes, windows_of


def test_windows_are_every_row_of_steps() -> None:
    stream = random(STEPS + 3, EMBEDDING)
    windows = windows_of(stream)
    assert windows.shape == (4, STEPS, EMBEDDING)
    assert np.array_equal(windows[2], stream[2 : 2 + STEPS])


def test_outputs_are_those_of_a_multilayer_perceptron() -> None:
    net, windows = network(), np.stack([window(1), window(-1), window(0) + random(STEPS, EMBEDDING)])
    (first, _), (second, _), (third, _) = net.layers
    inputs = ((windows - 2) / 3).reshape(3, -1)
    hidden = np.maximum(np.maximum(inputs @ first.T, 0) @ second.T, 0)
    assert net.outputs(windows) == pytest.approx((hidden @ third.T)[:, 0], abs=1e-5)


def test_numbers_far_out_are_cut_off() -> None:
    inside, limit, far = (network().outputs(window(deviations)[None]) for deviations in (3, LIMIT_SIGMA, 100))
    assert inside < limit
    assert far == pytest.approx(limit)


def test_the_score_is_that_of_a_candidate_at_the_offset_and_rises_by_the_slope() -> None:
    net = network()
    assert net.score(net.offset) == pytest.approx(tuning.CANDIDATE_SCORE)
    odds = [score / (1 - score) for score in (net.score(net.offset), net.score(net.offset + 1))]
    assert np.log(odds[1] / odds[0]) == pytest.approx(net.slope)


def test_weights_as_bytes_are_nearly_the_same() -> None:
    weights = random(5, 40)
    weights[3] = 0
    kept, unit = as_bytes(weights)
    assert kept.dtype == np.int8
    assert np.abs(kept).max() == 127
    assert from_bytes(kept, unit) == pytest.approx(weights, abs=float(unit.max()) / 2 + 1e-6)
