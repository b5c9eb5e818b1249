"""A multilayer perceptron as a wake word's head: the last 16 embeddings → a score. Pure arithmetic in NumPy.

Two hidden layers with ReLU. Weights are stored as signed bytes, with one scale for each row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from voiced.foundations.logistic import log_odds_of, probability_of
from voiced.wake import tuning

if TYPE_CHECKING:
    import numpy.typing as npt

    from voiced.wake.embedding import Features
    from voiced.wake.templates import Scale

    Layer: TypeAlias = tuple[Features, Features]  # weights (outputs, inputs) and biases (outputs,)


STEPS = 16  # embeddings in the input: 1.3 s, and the 0.8 s of sound in the first of them
TINY = 1e-12  # keeps the scale of a row of zeros above zero
LIMIT_SIGMA = 4.0  # standard deviations at which inputs are clipped


@dataclass(frozen=True, eq=False, slots=True)
class Network:
    """Weights of three layers, and the calibration of their output."""

    scale: Scale  # of the inputs
    layers: tuple[Layer, Layer, Layer]
    offset: float  # output at which the score is tuning.CANDIDATE_SCORE
    slope: float  # log odds of the score for each unit of output

    def outputs(self, windows: Features) -> Features:
        """Return the output (n,) of windows (n, STEPS, 96), not yet calibrated."""
        values = scale_of(self.scale, windows).reshape(len(windows), -1)
        for number, (weights, biases) in enumerate(self.layers):
            values = values @ weights.T + biases
            if number < len(self.layers) - 1:
                values = np.maximum(values, 0)
        return np.asarray(values[:, 0], np.float32)

    def score(self, output: float) -> float:
        """Return an output's calibrated score, 0 to 1."""
        log_odds = self.slope * (output - self.offset) + log_odds_of(tuning.CANDIDATE_SCORE)
        return probability_of(log_odds)


def scale_of(scale: Scale, embeddings: Features) -> Features:
    """Return embeddings (…, 96), standardised and clipped to LIMIT_SIGMA, as networks read them."""
    return np.asarray(np.clip((embeddings - scale.mean) / scale.deviation, -LIMIT_SIGMA, LIMIT_SIGMA), np.float32)


def windows_of(stream: Features) -> Features:
    """Return every STEPS consecutive embeddings, as a view: (frames, 96) → (frames - STEPS + 1, STEPS, 96)."""
    views = np.lib.stride_tricks.sliding_window_view(stream, STEPS, axis=0)
    return np.swapaxes(views, 1, 2)


def as_bytes(weights: Features) -> tuple[npt.NDArray[np.int8], Features]:
    """Return weights (outputs, inputs), quantised to signed bytes, and each row's scale (outputs,)."""
    unit = np.maximum(np.abs(weights).max(axis=1), TINY) / 127
    return np.round(weights / unit[:, None]).astype(np.int8), np.asarray(unit, np.float32)


def from_bytes(kept: npt.NDArray[np.int8] | Features, unit: Features) -> Features:
    """Return the weights (outputs, inputs) of quantised ones and their scales (outputs,)."""
    return np.asarray(kept * unit[:, None], np.float32)
