"""From evidence to a decision: how likely is it that the reading is what was said, and if not likely enough, why not.

A constrained decoder always writes a command, whatever was said. What tells a command from anything else lies in what
the search has seen anyway; a logistic function of it is the probability that intent and slots are right. Its weights
were fitted by `tests/benchmarks/fit_confidence.py`. Knows numbers only; nothing of Whisper or grammars.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from math import exp

from voiced.flow import Reason


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about a reading; logarithms are natural."""

    words: float  # mean log probability of the tokens that say something
    worst: float  # that of the most surprising of them
    outside: float  # log of the least probability that all that the grammar allows together had at one of them
    gap: float  # how much likelier another token was at one of them
    end: float  # log probability of what follows the last word: a full stop, the end of text
    margin: float  # how much better the mean of all is than that of the best other meaning; at most MARGIN
    no_speech: float  # probability that nobody spoke
    pace: float  # letters per second of speech: few where something was left out


MARGIN = 3.0  # a greater margin says no more
WEIGHTS = (2.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0)  # of the evidence, in its order
BIAS = 3.0


def confidence(evidence: Evidence) -> float:
    """The probability that the reading is right."""
    log_odds = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, astuple(evidence), strict=True))
    return 1 / (1 + exp(-log_odds))


def rejection(evidence: Evidence, least: float) -> Reason | None:
    return None if confidence(evidence) >= least else Reason.LOW_CONFIDENCE
