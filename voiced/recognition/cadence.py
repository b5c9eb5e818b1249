"""Does it sound as if the speaker were done? For commands that may go on: how they end tells whether they will. Pure.

Who has said everything lets the voice sink, and ends on a short last word; who is going on keeps it up, and draws the
word out. And Whisper, which has learnt where people put full stops, thinks of one or of a comma. Each of the three is
often wrong; a logistic function of all of them less often. Its weights are found as `tests/benchmarks/fit_cadence.py`
does. In noise none of this is believed: there are words in what the VAD takes for a pause.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiced.audio.loudness import level_of
from voiced.flow import SAMPLE_RATE
from voiced.foundations.logistic import probability_of

if TYPE_CHECKING:
    from voiced.flow import Utterance

CLOSE = round(0.4 * SAMPLE_RATE)  # samples of speech that are its end
LONGEST = 0.5  # seconds; a longer last word says no more
LOWEST = -6.0  # dB; nor does a voice that sinks further
LEAST = -2.5  # nor does a full stop that is less likely
QUIET = -15.0  # dB; in nine of ten quiet rooms pauses have less; in kitchen noise at 12 dB, two of five

# Fitted to the ends of 240 coffee orders that may go on, and to the pauses of 0.24 s and more inside of them at which
# they might have ended, some 30 each of the two times that all were heard. Each judged by weights that were fitted
# without it: six of ten ends sound done, and of the pauses of 0.3 s, which are then cut off, none or two of 318 orders.
WEIGHTS, BIAS = (0.725, -0.606, -7.886), 2.679
ENOUGH = 0.65


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
        return max(self.stop, LEAST), max(self.sinking, LOWEST), min(self.last, LONGEST)


def cadence(utterance: Utterance, last: float, stop: float) -> Cadence:
    """Of an utterance with at least some of the pause after it; `last` and `stop` are known by who recognised it."""
    first, end = (sample - utterance.start for sample in utterance.speech)
    speech, pause = utterance.samples[first:end], utterance.samples[end:]
    if not len(speech) or not len(pause):  # there is nothing to hear an end by: no pause at all is as loud as can be
        return Cadence(stop, 0.0, last, 0.0)
    whole = level_of(speech)
    return Cadence(stop, level_of(speech[-CLOSE:]) - whole, last, level_of(pause) - whole)


def sounds_done(ending: Cadence) -> bool:
    """Whether to wait for more is hardly worth it."""
    log_odds = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, ending.weighed, strict=True))
    return ending.pause <= QUIET and probability_of(log_odds) >= ENOUGH
