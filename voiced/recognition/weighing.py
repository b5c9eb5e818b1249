"""Linear weighing of named features: numbers by name → log odds. Pure arithmetic.

Weights are tied to features by name, so that a feature can neither be lost nor take the weight of another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

BIAS = "bias"  # the weight that belongs to no feature


def weighed_log_odds(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the bias and each feature times its weight, summed; ValueError unless the names agree."""
    # Every feature has a weight, and every weight but the bias a feature.
    unmatched = sorted({*features, BIAS} ^ weights.keys())
    if unmatched:
        raise ValueError(f"features and weights do not agree on: {', '.join(unmatched)}")
    return weights[BIAS] + sum(weights[name] * value for name, value in features.items())
