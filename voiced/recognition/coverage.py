"""Speech that no word of a reading accounts for: more was said than was read. Arithmetic over words and samples.

Whisper, held to a grammar, writes the command that is somewhere in the sound, and says nothing of the sentence before
or after it. When its words were said tells: such a sentence lies after the last of them, or makes one of them far
longer than anybody says it. In noise the VAD takes more for speech than there is, so only what is loud counts.

Of commands, clean and in kitchen noise at 12 and 6 dB, 95 in 100 leave less than 0.24 s unexplained; with a sentence
after them half leave more than 0.75 s, with one before them more than 0.5 s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from voiced.audio.loudness import rms, rms_of_blocks
from voiced.flow import SAMPLE_RATE
from voiced.grammar.normalize import SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.flow import Utterance
    from voiced.whisper.words import TimedWord

BLOCK = 480  # samples, over which loudness is measured: 30 ms
LOUD = 0.3  # of the loudness of the whole speech, -10 dB
NOISE = 2.0  # times as loud as what lies around the speech, +6 dB

# Seconds that nearly every word takes at most: so many, and so many more for each of its letters.
WORD, LETTER = 0.3, 0.09

# Letters of a digit or symbol in words: of the numbers up to 100 in English 4.5 for each digit, in German 6.3.
AS_SAID = 6

# Letters that are said in a second at most, and so many more, for the VAD may miss a word: of 1,700 commands none had
# more than 23 a second, in noise at 6 dB one of 318 had 27, and one 22 letters in the third of a second that was heard.
FASTEST, MORE_LETTERS = 22, 15

# Seconds for each letter of a text: half of the commands take less, and of those with a sentence more 3 in 100.
_BRISK = 0.065


def is_brisk(text: str, utterance: Utterance) -> bool:
    """Whether the text alone fills the speech, so that nothing need be looked for."""
    first, end = utterance.speech
    return end - first < _BRISK * _letters(text) * SAMPLE_RATE


def sayable(utterance: Utterance) -> float:
    """Letters that there was time for: nobody speaks faster."""
    first, end = utterance.speech
    return MORE_LETTERS + FASTEST * (end - first) / SAMPLE_RATE if end > first else np.inf


def unexplained(words: Sequence[TimedWord], utterance: Utterance) -> float:
    """Seconds of loud speech, some 30 ms more or less; the words' times are from the beginning of the samples."""
    blocks = utterance.samples[: len(utterance.samples) // BLOCK * BLOCK].reshape(-1, BLOCK)
    middles = BLOCK * (np.arange(len(blocks)) + 0.5)
    first, end = (sample - utterance.start for sample in utterance.speech)
    speaking = (middles >= first) & (middles < end)
    least = max(LOUD * rms(blocks[speaking]), NOISE * rms(blocks[~speaking]))
    loud = middles[speaking & (rms_of_blocks(utterance.samples, BLOCK) > least)] / SAMPLE_RATE

    def seconds(begin: float, end: float) -> float:
        return float(((loud >= begin) & (loud < end)).sum()) * BLOCK / SAMPLE_RATE

    drawn_out = sum(max(0.0, seconds(word.start, word.end) - WORD - LETTER * _letters(word.text)) for word in words)
    return drawn_out + seconds(words[-1].end if words else 0.0, np.inf)


def _letters(text: str) -> int:
    """As many as are said: "44%" is "forty-four percent"."""
    return sum(AS_SAID if char.isdigit() or char in SYMBOLS else char.isalnum() for char in text)
