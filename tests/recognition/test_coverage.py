"""How much of the speech the words of a hypothesis leave over. Loud is "s", noise "n", silence "."; 0.1 s each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from voiced.flow import SAMPLE_RATE, Ending, Utterance
from voiced.recognition.coverage import unexplained
from voiced.recognition.prepared import measured
from voiced.whisper.words import TimedWord

if TYPE_CHECKING:
    from voiced.recognition.prepared import Prepared

LOUDNESS = {"s": 0.2, "n": 0.02, ".": 0.0}
BLOCK = 0.03  # seconds; at each edge one may be counted or not


def spoken(pattern: str, lead: str = "...") -> Prepared:
    tenth = SAMPLE_RATE // 10
    random = np.random.default_rng(0)
    loudness = np.repeat([LOUDNESS[letter] for letter in lead + pattern], tenth)
    samples = (loudness * random.standard_normal(len(loudness))).astype(np.float32)
    return measured(Utterance(samples, 0, (tenth * len(lead), len(samples)), Ending.SILENCE))


def word(text: str, start: float, end: float) -> TimedWord:
    return TimedWord(text, (), start, end, 1.0)


@pytest.mark.parametrize(
    ("pattern", "words", "expected"),
    [
        ("ssss.ssss", [word(" turn", 0.3, 0.7), word(" on", 0.7, 1.2)], 0.0),
        ("ssssssss" + "s" * 10, [word(" turn", 0.3, 0.7), word(" on", 0.7, 1.1)], 1.0),  # more follows
        ("s" * 15 + "ssss", [word(" turn", 0.0, 1.8), word(" on", 1.8, 2.2)], 1.5 - 0.3 - 4 * 0.09),  # more came before
        ("ssssssss" + "n" * 10, [word(" turn", 0.3, 0.7), word(" on", 0.7, 1.1)], 0.0),  # that was not speech
        ("ssss" + "s" * 12, [word(" to", 0.3, 0.7), word(" 44%", 0.7, 1.9)], 0.0),  # "forty-four percent"
        ("ssss" + "s" * 12, [word(" to", 0.3, 0.7), word(" 27.5", 0.7, 1.9)], 0.0),
        ("ssss......ssss", [word(" turn", 0.3, 1.3), word(" on", 1.3, 1.7)], 0.0),  # nor was this pause
        ("", [], 0.0),
    ],
)
def test_speech_that_no_word_accounts_for(pattern: str, words: list[TimedWord], expected: float) -> None:
    assert unexplained(words, spoken(pattern)) == pytest.approx(expected, abs=2 * BLOCK)
