"""Pauses inside of a command, told as text: '.' 30 ms of quiet, 'd' of a distant voice, 's' of speech."""

from __future__ import annotations

import numpy as np
import pytest

from voiced.command_start import long_pauses
from voiced.flow import Ending, Utterance
from voiced.pauses import with_short_pauses
from voiced.vad import STEP_SAMPLES as STEP
from voiced.vad import Activity


@pytest.mark.parametrize(
    ("script", "speech", "pauses"),
    [
        ("..sssss..", (2, 7), []),
        ("..ss" + "." * 9 + "ss", (2, 15), []),  # too short
        ("..ss" + "." * 10 + "ss", (2, 16), [(4, 14)]),
        ("s" + "." * 12 + "s" + "." * 10 + "s" + "." * 30, (0, 25), [(1, 13), (14, 24)]),  # what comes after is none
        ("s" + "." * 6 + "d" + "." * 6 + "s", (0, 15), []),  # somebody speaks
        ("", (0, 0), []),
    ],
)
def test_long_pauses(script: str, speech: tuple[int, int], pauses: list[tuple[int, int]]) -> None:
    found = long_pauses([Activity(symbol) for symbol in script], speech)
    assert [(begin // STEP, end // STEP) for begin, end in found] == pauses


def test_their_middle_is_left_out() -> None:
    samples = 40_000 + np.arange(40_000, dtype=np.float32)
    samples[9_000:19_000] /= 1_000
    samples[24_000:29_000] /= 1_000
    whole = Utterance(samples, 1_000, (3_000, 35_000), Ending.SILENCE, pauses=((10_000, 20_000), (25_000, 30_000)))
    shorter = with_short_pauses(whole)
    assert len(shorter.samples) == 40_000 - (10_000 - 2_400) - (5_000 - 2_400)
    assert shorter.speech == (3_000, 35_000 - 7_600 - 2_600)
    assert (shorter.start, shorter.ending, shorter.pauses) == (1_000, Ending.SILENCE, ())
    assert np.array_equal(shorter.samples[:10_200], samples[:10_200])
    assert shorter.samples[10_200] == samples[20_000 - 1_000 - 1_200]
    assert np.array_equal(shorter.samples[-10_000:], samples[-10_000:])


def test_what_is_not_silent_is_kept() -> None:
    """In noise, what the VAD takes for a pause may be a word."""
    samples = np.full(40_000, 0.5, np.float32)
    samples[9_000:19_000] = 0.01
    samples[14_000:14_500] = 0.1
    whole = Utterance(samples, 0, (2_000, 35_000), Ending.SILENCE, pauses=((9_000, 19_000),))
    assert len(with_short_pauses(whole).samples) == 40_000
    samples[14_000:14_500] = 0.01
    assert len(with_short_pauses(whole).samples) == 40_000 - 10_000 + 2_400


def test_without_pauses_nothing_changes() -> None:
    whole = Utterance(np.zeros(100, np.float32), 0, (0, 100), Ending.SILENCE)
    assert with_short_pauses(whole) is whole
