"""Does it sound as if the speaker were done? For commands that may go on: how they end tells whether they will. Pure.

Who has said everything lets the voice sink, and ends on a short last word; who is going on keeps it up, and draws the
word out. And Whisper, which has learnt where people put full stops, thinks of one or of a comma. Each of the three is
often wrong; a logistic function of all of them less often. Its weights are found as `tests/benchmarks/fit_cadence.py`
does. In noise none of this is believed: there are words in what the VAD takes for a pause.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

import numpy as np

from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from voiced.flow import Samples, Utterance

CLOSE = round(0.4 * SAMPLE_RATE)  # samples of speech that are its end
LONGEST = 0.6  # seconds; a longer last word says no more
QUIET = -15.0  # dB; in 90 of 100 recordings in quiet rooms pauses have less; in kitchen noise at 12 dB, one in two

# Fitted to the ends of 221 coffee orders that may go on, and to 29 pauses of 0.24 s and more inside of them at which
# they might have ended. Then two of three ends sound done, and three of these pauses: one of the 21 of 0.3 s.
WEIGHTS, BIAS = (0.746, -0.604, -5.62), 2.15
ENOUGH = 0.55


@dataclass(frozen=True, slots=True)
class Cadence:
    """How a command ends."""

    stop: float  # log probability of a full stop or the end of the text, after the last word, whatever the grammar says
    sinking: float  # how much louder the end is than the whole, in dB: mostly less than 0
    last: float  # seconds from the beginning of the last word to the end of the speech
    pause: float  # how much louder the pause is than the speech, in dB: much less than 0

    @property
    def weighed(self) -> tuple[float, ...]:
        """The numbers that are weighed, in the order of WEIGHTS."""
        return self.stop, self.sinking, min(self.last, LONGEST)


def cadence(utterance: Utterance, last: float, stop: float) -> Cadence:
    """Of an utterance with at least some of the pause after it; `last` and `stop` are known by who recognised it."""
    first, end = (sample - utterance.start for sample in utterance.speech)
    speech, pause = utterance.samples[first:end], utterance.samples[end:]
    whole = _level(speech)
    return Cadence(stop, _level(speech[-CLOSE:]) - whole, last, _level(pause) - whole)


def sounds_done(ending: Cadence) -> bool:
    """Whether to wait for more is hardly worth it."""
    log_odds = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, ending.weighed, strict=True))
    return ending.pause <= QUIET and 1 / (1 + exp(-log_odds)) >= ENOUGH


def _level(samples: Samples) -> float:
    """Loudness in dB of full scale."""
    return 10 * float(np.log10(np.square(samples).mean() + 1e-10)) if len(samples) else 0.0
