"""Speech that no word of a hypothesis accounts for: more was said than was read. Arithmetic over words and samples.

Whisper, held to a grammar, writes the command that is somewhere in the sound, and says nothing of the sentence before
or after it. When its words were said tells: such a sentence lies after the last of them, or makes one of them far
longer than anybody says it. In noise the VAD takes more for speech than there is, so only what is loud counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from voiced.audio.loudness import rms, rms_of_blocks
from voiced.flow import SAMPLE_RATE
from voiced.recognition import tuning
from voiced.recognition.prepared import spoken_letters
from voiced.recognition.tuning import COVERAGE_BLOCK_SAMPLES as BLOCK

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from voiced.recognition.prepared import Prepared
    from voiced.whisper.words import TimedWord


class Coverage(NamedTuple):
    """Of the speech by a hypothesis."""

    unexplained: float  # seconds of loud speech that no word accounts for
    words: list[TimedWord]  # the hypothesis's words; none where its letters alone fill the speech


def unexplained(words: Sequence[TimedWord], heard: Prepared) -> float:
    """Return seconds of loud speech, 30 ms more or less; times of words are from the beginning of the samples."""
    # Count loud blocks rather than seconds: pauses within words and sentences account for nothing.
    loud = _loud_moments(heard)

    def seconds(begin: float, end: float) -> float:
        return float(((loud >= begin) & (loud < end)).sum()) * BLOCK / SAMPLE_RATE

    # A sentence before the command or within it makes a word far too long; one after it follows the last word.
    lengths = (seconds(word.start, word.end) - tuning.WORD_SECONDS - _letters_take(word) for word in words)
    drawn_out = sum(max(0.0, too_long) for too_long in lengths)
    return drawn_out + seconds(words[-1].end if words else 0.0, np.inf)


def _letters_take(word: TimedWord) -> float:
    """Seconds that the letters of a word take at most."""
    return tuning.LETTER_SECONDS * spoken_letters(word.text)


def _loud_moments(heard: Prepared) -> npt.NDArray[np.float64]:
    """Seconds of the middles of all blocks in which somebody speaks loudly, (n_loud,)."""
    # Cut the samples into blocks of 30 ms; a block belongs to the speech if its middle does.
    blocks = heard.samples[: len(heard.samples) // BLOCK * BLOCK].reshape(-1, BLOCK)  # (n_blocks, BLOCK)
    middles = BLOCK * (np.arange(len(blocks)) + 0.5)
    speaking = (middles >= heard.begin) & (middles < heard.end)
    # Loud is what comes near the loudness of the whole speech, and stands out from what lies around it.
    least = max(tuning.LOUD_RATIO * rms(blocks[speaking]), tuning.NOISE_RATIO * rms(blocks[~speaking]))
    loud: npt.NDArray[np.float64] = middles[speaking & (rms_of_blocks(heard.samples, BLOCK) > least)] / SAMPLE_RATE
    return loud
