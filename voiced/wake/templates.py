"""A wake word as a few spoken takes of it: how well does the newest sound fit any of them? Arithmetic over embeddings.

Dynamic time warping, one step for each embedding of the stream: a take is a row of vectors, and in each step an
alignment stays where it is, goes on by one vector or skips one. What a step costs is one minus the cosine between the
vectors. An alignment may begin at any time; its similarity is one minus the cost per vector of the take.

Takes differ in how similar everything else is to them. So each is calibrated against a bank of other speech: zero is
what one frame in a thousand of the bank reaches, and the unit is the distance from there down to the bank's median. The
two best takes count, by their mean. Which similarity is a score of how much is calibrated, too: see `Calibration`.
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

LEAST_LENGTH = 1e-6  # of a vector: divides what is zero
UNREACHED = np.float32(1e6)  # cost of a cell that no alignment has reached


@dataclass(frozen=True, eq=False, slots=True)
class Scale:
    """What embeddings of speech in general look like: each is standardised by it."""

    mean: Features  # (96,)
    deviation: Features  # (96,)

    def directions(self, embeddings: Features) -> Features:
        """Standardised, at unit length: (n, 96) → (n, 96)."""
        standardised = (embeddings - self.mean) / self.deviation
        length = np.linalg.norm(standardised, axis=1, keepdims=True)
        return np.asarray(standardised / np.maximum(length, LEAST_LENGTH), np.float32)


@dataclass(frozen=True, eq=False, slots=True)
class Calibration:
    """What a similarity means."""

    high: Features  # (takes,): similarity that is zero
    unit: Features  # (takes,): what is one unit above it
    offset: float  # units at which the score is tuning.CANDIDATE_SCORE

    def units(self, similarities: Features) -> Features:
        """(n, takes) → (n,)."""
        units = (similarities - self.high) / self.unit
        best = min(tuning.BEST_TAKES, units.shape[1])
        return np.asarray(np.sort(units, axis=1)[:, -best:].mean(axis=1))

    def score(self, units: float) -> float:
        """0 to 1."""
        log_odds = tuning.TAKES_SLOPE * (units - self.offset) + log_odds_of(tuning.CANDIDATE_SCORE)
        return probability_of(log_odds)


class Aligner:
    """Aligns a stream with any number of takes, vector by vector."""

    def __init__(self, takes: Sequence[Features]) -> None:
        """`takes`: directions, (n, 96) each."""
        self._lengths = np.array([len(take) for take in takes])
        longest = int(self._lengths.max())
        vectors = np.zeros((len(takes), longest, takes[0].shape[1]), np.float32)
        for row, take in zip(vectors, takes, strict=True):
            row[longest - len(take) :] = take  # all end in the last column
        self._vectors = vectors.reshape(-1, vectors.shape[2]).T
        column, first = np.arange(longest), longest - self._lengths[:, None]
        self._before = column < first
        self._first = column == first
        self.reset()

    def reset(self) -> None:
        """No alignment is under way."""
        # Two more columns before the first cell, so that its predecessors can be looked up.
        self._costs = np.full((len(self._lengths), self._before.shape[1] + 2), UNREACHED, np.float32)

    def hear(self, direction: Features) -> Features:
        """The similarity (takes,) of the best alignments that end with this vector (96,)."""
        cost = (1 - direction @ self._vectors).reshape(self._before.shape)
        before = self._costs
        went_on = np.minimum(before[:, 1:-1] + cost, before[:, :-2] + tuning.SKIP_WEIGHT * cost)
        new = np.minimum(before[:, 2:] + tuning.STAY_WEIGHT * cost, went_on)
        new = np.where(self._first, np.minimum(new, cost), new)  # one may begin here
        new[self._before] = UNREACHED
        self._costs = np.concatenate((before[:, :2], np.minimum(new, UNREACHED)), axis=1)
        return np.asarray(1 - self._costs[:, -1] / self._lengths)


def similarities(takes: Sequence[Features], directions: Features) -> Features:
    """Of a whole stream (n, 96): (n, takes)."""
    aligner = Aligner(takes)
    return np.array([aligner.hear(direction) for direction in directions], np.float32).reshape(-1, len(takes))
