"""A small network as a wake word's head: the last embeddings → how surely the word was just completed. Only computes.

Two hidden layers. Their weights are kept as bytes, with a unit for each row.
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


STEPS = 16  # embeddings that it looks at: 1.3 s, and the 0.8 s that the first of them looks back
TINY = 1e-12  # divides a row of zeros
LIMIT_SIGMA = 4.0  # standard deviations at which an embedding's numbers are cut off


@dataclass(frozen=True, eq=False, slots=True)
class Network:
    """Three layers, and what an output means."""

    scale: Scale
    layers: tuple[Layer, Layer, Layer]
    offset: float  # output at which the score is tuning.CANDIDATE_SCORE
    slope: float  # of the score's log odds above it

    def outputs(self, windows: Features) -> Features:
        """(n, STEPS, 96) → (n,), one for each window."""
        values = scale_of(self.scale, windows).reshape(len(windows), -1)
        for number, (weights, biases) in enumerate(self.layers):
            values = values @ weights.T + biases
            if number < len(self.layers) - 1:
                values = np.maximum(values, 0)
        return np.asarray(values[:, 0], np.float32)

    def score(self, output: float) -> float:
        """0 to 1."""
        log_odds = self.slope * (output - self.offset) + log_odds_of(tuning.CANDIDATE_SCORE)
        return probability_of(log_odds)


def scale_of(scale: Scale, embeddings: Features) -> Features:
    """Embeddings (…, 96) as networks read them."""
    return np.asarray(np.clip((embeddings - scale.mean) / scale.deviation, -LIMIT_SIGMA, LIMIT_SIGMA), np.float32)


def windows_of(stream: Features) -> Features:
    """Every STEPS consecutive embeddings of a stream, as a view: (frames, 96) → (frames - STEPS + 1, STEPS, 96)."""
    views = np.lib.stride_tricks.sliding_window_view(stream, STEPS, axis=0)
    return np.swapaxes(views, 1, 2)


def as_bytes(weights: Features) -> tuple[npt.NDArray[np.int8], Features]:
    """Weights (outputs, inputs) as they are kept, and what a 1 of each row (outputs,) means."""
    unit = np.maximum(np.abs(weights).max(axis=1), TINY) / 127
    return np.round(weights / unit[:, None]).astype(np.int8), np.asarray(unit, np.float32)


def from_bytes(kept: npt.NDArray[np.int8] | Features, unit: Features) -> Features:
    """The weights again, nearly."""
    return np.asarray(kept * unit[:, None], np.float32)
