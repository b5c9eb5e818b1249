"""Sentences as they stand in each view of a recording, and which of them is the best. Pure.

The best is not the likeliest. Whisper likes what people write: of two sentences that sound nearly alike it prefers the
more usual, and goes on with what often follows, whoever said so. So a part of what it would expect without any sound is
taken off again (Meng et al., Internal Language Model Estimation for Domain-Adaptive End-to-End Speech Recognition,
2021). And a reading must not leave out what another explains.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from voiced.recognition.confidence import MARGIN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from voiced.flow import Match
    from voiced.recognition.beam_search import Path

LEFT_OUT = 1.0  # what a reading loses for a second of speech that it leaves out, nats in the mean of its tokens

# The part of what is expected that is taken off. Of 226 orders that base doubts, in four stretches of noise at 6 dB,
# 202, 203, 203, 203 and 201 are read right, and not close to another, with 0, 0.05, 0.1, 0.15 and 0.2 of it, and 15,
# 14, 13, 12 and 11 wrong; of 288 that tiny.en doubts 264, 267, 267, 268 and 268, and always 17 wrong.
UNHEARD = 0.1
NEAR = 0.3  # nats by which a reading may be behind, and be the best nevertheless


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence, as it stands in each view."""

    match: Match
    paths: list[Path]
    expected: float = 0.0  # mean log probability of its tokens without any sound

    @property
    def avg_logprob(self) -> float:
        """Of all views."""
        return fmean(path.avg_logprob for path in self.paths)

    @property
    def score(self) -> float:
        """How much the sound speaks for it."""
        return self.avg_logprob - UNHEARD * self.expected


def within_reach(readings: Sequence[Reading]) -> Sequence[Reading]:
    """Of `readings` that are sorted by what Whisper thinks of them, those that may be the best."""
    return [reading for reading in readings if reading.avg_logprob > readings[0].avg_logprob - NEAR]


def best_of(readings: Sequence[Reading], left_out: Callable[[Reading], float]) -> tuple[Reading, list[Reading], float]:
    """The best, all others, and how much better it is than the best of these; at most MARGIN.

    `readings` are sorted. Those that cannot be the best, whatever they leave out (seconds), are not asked.
    """
    scores = [reading.score for reading in readings]
    best = 0
    for number, reading in enumerate(readings):
        if number and scores[number] <= scores[best]:
            break
        scores[number] -= LEFT_OUT * left_out(reading)
        best = max(best, number, key=scores.__getitem__)
    others = [number for number in range(len(readings)) if number != best]
    margin = min([MARGIN, *(scores[best] - scores[number] for number in others)])
    return readings[best], [readings[number] for number in others], margin
