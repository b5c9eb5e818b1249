"""Log odds and probabilities: worked by hand, one the inverse of the other, and finite far out."""

from __future__ import annotations

import math

import pytest

from voiced.foundations.logistic import log_odds_of, probability_of


@pytest.mark.parametrize(("log_odds", "probability"), [(0.0, 0.5), (math.log(3), 0.75), (-math.log(9), 0.1)])
def test_by_hand(log_odds: float, probability: float) -> None:
    assert probability_of(log_odds) == pytest.approx(probability)
    assert log_odds_of(probability) == pytest.approx(log_odds)


@pytest.mark.parametrize("log_odds", [-1e6, 1e6])
def test_far_out_nothing_overflows(log_odds: float) -> None:
    assert probability_of(log_odds) == pytest.approx(float(log_odds > 0), abs=1e-12)
