"""The logistic function and its inverse: from the log odds of a logistic regression to a probability, and back."""

from __future__ import annotations

import math

FURTHEST = 30.0  # log odds; beyond, a probability is 0 or 1 to thirteen digits, and `exp` would overflow in the end


def probability_of(log_odds: float) -> float:
    """Probability, 0 to 1, of some log odds; 0.5 at 0."""
    return 1 / (1 + math.exp(-max(-FURTHEST, min(FURTHEST, log_odds))))


def log_odds_of(probability: float) -> float:
    """Log odds of a probability that is neither 0 nor 1."""
    return math.log(probability / (1 - probability))
