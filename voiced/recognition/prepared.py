"""Utterance → `Prepared`: what every pass asks about the samples, answered once at the door. Pure arithmetic.

Long pauses inside of a command are shortened first: Whisper is unsure of words with silence between them. Only what is
silent is left out, whatever the VAD says: in noise there are words in what the VAD takes for a pause.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio.loudness import rms, rms_of_blocks
from voiced.flow import SAMPLE_RATE
from voiced.grammar.normalize import SYMBOLS
from voiced.recognition import tuning
from voiced.recognition.tuning import PAUSE_BLOCK_SAMPLES as BLOCK
from voiced.whisper.log_mel import WINDOW_SAMPLES

if TYPE_CHECKING:
    from voiced.flow import Samples, Utterance

TAIL_SAMPLES = round(tuning.TAIL_SECONDS * SAMPLE_RATE)
STEP_SAMPLES = round(tuning.STEP_SECONDS * SAMPLE_RATE)


@dataclass(frozen=True, eq=False, slots=True)
class Prepared:
    """The sound of one utterance, and what follows from it for every pass."""

    samples: Samples  # (n,), long pauses shortened
    begin: int  # first sample of speech, counted from the first of `samples`
    end: int  # the sample after the last of speech; equal to `begin` if there was none
    window: int  # samples that the encoder hears in the first pass: the speech and its tail
    letters: float  # that there was time to say; infinite if the VAD has heard no speech
    prefix: str  # words that the samples begin with, of a wake word in one breath with the command
    hopeless: float = tuning.HOPELESS_LOGPROB  # log probability per token below which a search is given up

    @property
    def end_seconds(self) -> float:
        """When the speech ends, in seconds from the first sample."""
        return self.end / SAMPLE_RATE

    def is_filled_by(self, text: str) -> bool:
        """Return whether the letters of a text alone fill the speech, so that nothing else can have been said."""
        return self.end - self.begin < tuning.BRISK_LETTER_SECONDS * spoken_letters(text) * SAMPLE_RATE

    def with_prefix(self, text: str) -> str:
        """Return a text as it was said: after the wake word, if that is in the samples."""
        return f"{self.prefix} {text}".strip()


def prepare(utterance: Utterance) -> Prepared:
    """Shorten the pauses of an utterance, and measure what is left."""
    return measured(with_short_pauses(utterance))


def measured(utterance: Utterance) -> Prepared:
    """Measure an utterance whose samples stay as they are."""
    # The stream's sample indices become indices into these samples.
    begin, end = (sample - utterance.start for sample in utterance.speech)
    window, letters = _window(begin, end, len(utterance.samples)), _sayable(end - begin)
    return Prepared(utterance.samples, begin, end, window, letters, utterance.prefix)


def spoken_letters(text: str) -> int:
    """Return how many letters a text has when it is said: "44%" is "forty-four percent"."""
    return sum(tuning.SPOKEN_LETTERS if char.isdigit() or char in SYMBOLS else char.isalnum() for char in text)


def _window(begin: int, end: int, n_samples: int) -> int:
    """Samples that the encoder hears: up to the end of the speech and a tail, rounded up to whole steps.

    The libraries beneath keep code and buffers for every length they meet: they must not meet all of them.
    """
    # Where the VAD has heard no speech, Whisper may: it is shown everything.
    heard = end if end > begin else n_samples
    return min(-(-(heard + TAIL_SAMPLES) // STEP_SAMPLES) * STEP_SAMPLES, WINDOW_SAMPLES)


def _sayable(n_speech: int) -> float:
    """Letters that there was time for in so many samples of speech: nobody speaks faster."""
    if n_speech <= 0:
        return np.inf
    return tuning.MORE_LETTERS + tuning.FASTEST_LETTERS_PER_SECOND * n_speech / SAMPLE_RATE


def with_short_pauses(utterance: Utterance) -> Utterance:
    """Return the utterance without the middle of its long pauses; the speech ends earlier by as much."""
    # Only pauses inside of the speech count: the quiet around it is wanted.
    first, last = (sample - utterance.start for sample in utterance.speech)
    kept = np.ones(len(utterance.samples), bool)
    # Of each long pause keep some blocks, most of them at its beginning, where a word may die away.
    for begin, end in _silences(utterance.samples[first:last]):
        after, before = tuning.KEPT_PAUSE_BLOCKS - tuning.KEPT_PAUSE_BLOCKS // 2, tuning.KEPT_PAUSE_BLOCKS // 2
        kept[first + (begin + after) * BLOCK : first + (end - before) * BLOCK] = False
    # The utterance gets shorter, and so does its speech.
    left_out = int(len(kept) - kept.sum())
    if not left_out:
        return utterance
    start, stop = utterance.speech
    return replace(utterance, samples=utterance.samples[kept], speech=(start, stop - left_out))


def _silences(speech: Samples) -> list[tuple[int, int]]:
    """First and last+1 block of each long stretch in which every block is silent."""
    blocks = rms_of_blocks(speech, BLOCK)  # (n_blocks,)
    if not len(blocks):
        return []
    # Whatever lies between two neighbouring loud blocks is a pause; both ends of the speech count as loud.
    loud = [-1, *np.flatnonzero(blocks >= tuning.SILENT_RATIO * rms(blocks)).tolist(), len(blocks)]
    return [(before + 1, after) for before, after in pairwise(loud) if after - before > tuning.LONG_PAUSE_BLOCKS]
