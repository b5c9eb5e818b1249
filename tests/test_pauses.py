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
    samples = np.arange(40_000, dtype=np.float32)
    whole = Utterance(samples, 1_000, (3_000, 35_000), Ending.SILENCE, pauses=((10_000, 20_000), (25_000, 30_000)))
    shorter = with_short_pauses(whole)
    assert len(shorter.samples) == 40_000 - (10_000 - 2_400) - (5_000 - 2_400)
    assert shorter.speech == (3_000, 35_000 - 7_600 - 2_600)
    assert (shorter.start, shorter.ending, shorter.pauses) == (1_000, Ending.SILENCE, ())
    assert np.array_equal(shorter.samples[:10_200], samples[:10_200])
    assert shorter.samples[10_200] == 20_000 - 1_000 - 1_200
    assert np.array_equal(shorter.samples[-10_000:], samples[-10_000:])


def test_without_pauses_nothing_changes() -> None:
    whole = Utterance(np.zeros(100, np.float32), 0, (0, 100), Ending.SILENCE)
    assert with_short_pauses(whole) is whole
