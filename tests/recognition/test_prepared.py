"""Pauses inside of a command."""

from __future__ import annotations

import numpy as np

from voiced.flow import Ending, Utterance
from voiced.recognition.prepared import BLOCK, KEPT, with_short_pauses


def spoken(*lengths: int) -> Utterance:
    """Blocks of speech and silence in turn, with half a block of silence before them and four behind."""
    random = np.random.default_rng(0)
    parts = [random.uniform(-1, 1, n * BLOCK) * (0.001 if index % 2 else 0.5) for index, n in enumerate(lengths)]
    samples = np.concatenate([np.zeros(BLOCK // 2), *parts, np.zeros(4 * BLOCK)]).astype(np.float32)
    speech = (1_000 + BLOCK // 2, 1_000 + BLOCK // 2 + sum(lengths) * BLOCK)
    return Utterance(samples, 1_000, speech, Ending.SILENCE)


def test_the_middle_of_long_ones_is_left_out() -> None:
    whole = spoken(20, 18, 20, 11, 20)
    shorter = with_short_pauses(whole)
    left_out = (18 + 11 - 2 * KEPT) * BLOCK
    assert len(shorter.samples) == len(whole.samples) - left_out
    assert shorter.speech == (whole.speech[0], whole.speech[1] - left_out)
    assert (shorter.start, shorter.ending) == (whole.start, whole.ending)
    assert np.array_equal(shorter.samples[: 20 * BLOCK], whole.samples[: 20 * BLOCK])
    assert np.array_equal(shorter.samples[-22 * BLOCK :], whole.samples[-22 * BLOCK :])


def test_short_ones_stay() -> None:
    whole = spoken(20, 9, 20)
    assert with_short_pauses(whole) is whole


def test_what_is_not_silent_is_kept() -> None:
    """In noise, what the VAD takes for a pause may be a word."""
    whole = spoken(20, 18, 20)
    begin = BLOCK // 2 + 28 * BLOCK
    whole.samples[begin : begin + BLOCK] = 0.1
    assert with_short_pauses(whole) is whole


def test_without_speech_there_is_no_pause() -> None:
    whole = Utterance(np.zeros(100, np.float32), 0, (0, 0), Ending.NO_SPEECH)
    assert with_short_pauses(whole) is whole
