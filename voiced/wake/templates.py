"""Query-by-example detection: compares the stream with a few spoken takes of the phrase. Pure arithmetic.

Subsequence dynamic time warping (Sakoe and Chiba 1978, with a free begin), online: each new embedding of the stream
moves every alignment. An alignment stays at its vector of the take, advances by one, or skips one. A step costs one
minus the cosine of the two vectors; an alignment may begin at any frame. The similarity is one minus the cost per
vector of the take.

Other speech is more similar to some takes than to others, so similarities are calibrated on negatives for each take:
zero is the similarity that one frame of a thousand exceeds, and one unit is the distance from their median to zero. The
mean of the best takes counts, and `Calibration` turns it into a score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from voiced.foundations.logistic import log_odds_of, probability_of
from voiced.wake import tuning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.wake.embedding import Features

LEAST_LENGTH = 1e-6  # of a vector, against division by zero
UNREACHED = np.float32(1e6)  # cost of a cell that no alignment has reached


@dataclass(frozen=True, eq=False, slots=True)
class Scale:
    """Mean and standard deviation of embeddings of speech, by which others are standardised."""

    mean: Features  # (96,)
    deviation: Features  # (96,)

    def directions(self, embeddings: Features) -> Features:
        """Return embeddings (n, 96), standardised and scaled to unit length."""
        standardised = (embeddings - self.mean) / self.deviation
        length = np.linalg.norm(standardised, axis=1, keepdims=True)
        return np.asarray(standardised / np.maximum(length, LEAST_LENGTH), np.float32)


@dataclass(frozen=True, eq=False, slots=True)
class Calibration:
    """Maps the similarities of a word's takes to a score."""

    high: Features  # (takes,): the similarity that counts as zero units
    unit: Features  # (takes,): similarity in one unit
    offset: float  # units at which the score is tuning.CANDIDATE_SCORE

    def units(self, similarities: Features) -> Features:
        """Return the calibrated mean (n,) of the best takes, from similarities (n, takes)."""
        units = (similarities - self.high) / self.unit
        best = min(tuning.BEST_TAKES, units.shape[1])
        return np.asarray(np.sort(units, axis=1)[:, -best:].mean(axis=1))

    def score(self, units: float) -> float:
        """Return the score, 0 to 1, of a similarity in units."""
        log_odds = tuning.TAKES_SLOPE * (units - self.offset) + log_odds_of(tuning.CANDIDATE_SCORE)
        return probability_of(log_odds)


class Aligner:
    """Aligns a stream with all takes of a word at once, one embedding at a time."""

    def __init__(self, takes: Sequence[Features]) -> None:
        """Make an aligner of takes, (n, 96) unit vectors each."""
        self._lengths = np.array([len(take) for take in takes])
        longest = int(self._lengths.max())
        vectors = np.zeros((len(takes), longest, takes[0].shape[1]), np.float32)
        for row, take in zip(vectors, takes, strict=True):
            row[longest - len(take) :] = take  # right-aligned: every take ends in the last column
        self._vectors = vectors.reshape(-1, vectors.shape[2]).T
        column, first = np.arange(longest), longest - self._lengths[:, None]
        self._before = column < first
        self._first = column == first
        self.reset()

    def reset(self) -> None:
        """Drop all alignments."""
        # (takes, longest + 2): two padding columns stand for the predecessors of the first cell
        self._costs = np.full((len(self._lengths), self._before.shape[1] + 2), UNREACHED, np.float32)

    def hear(self, direction: Features) -> Features:
        """Return the similarity (takes,) of each take's best alignment that ends at this unit vector (96,)."""
        cost = (1 - direction @ self._vectors).reshape(self._before.shape)
        before = self._costs
        went_on = np.minimum(before[:, 1:-1] + cost, before[:, :-2] + tuning.SKIP_WEIGHT * cost)
        new = np.minimum(before[:, 2:] + tuning.STAY_WEIGHT * cost, went_on)
        new = np.where(self._first, np.minimum(new, cost), new)  # an alignment may begin at any frame
        new[self._before] = UNREACHED
        self._costs = np.concatenate((before[:, :2], np.minimum(new, UNREACHED)), axis=1)
        return np.asarray(1 - self._costs[:, -1] / self._lengths)


def similarities(takes: Sequence[Features], directions: Features) -> Features:
    """Return the similarities (n, takes) of a whole stream of unit vectors (n, 96)."""
    aligner = Aligner(takes)
    return np.array([aligner.hear(direction) for direction in directions], np.float32).reshape(-1, len(takes))
