"""Loudness: known sounds have known levels, and blocks agree with the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from voiced.audio.loudness import level_of, levels_of_blocks, peak, rms, rms_of_blocks

if TYPE_CHECKING:
    from voiced.flow import Samples

SINE: Samples = np.sin(np.arange(16_000) * 2 * np.pi * 1_000 / 16_000).astype(np.float32)  # 1 s, 1 kHz, full scale
SOFT: Samples = (SINE / 10).astype(np.float32)


def test_a_sine_at_full_scale() -> None:
    assert rms(SINE) == pytest.approx(0.5**0.5, abs=1e-4)
    assert peak(-SINE) == pytest.approx(1, abs=1e-4)
    assert level_of(SINE) == pytest.approx(-3.01, abs=0.01)


def test_ten_times_softer_is_twenty_decibels_less() -> None:
    assert level_of(SINE) - level_of(SOFT) == pytest.approx(20, abs=1e-3)


def test_silence_has_a_level() -> None:
    assert level_of(np.zeros(480, np.float32)) == pytest.approx(-100)
    assert levels_of_blocks(np.zeros(960, np.float32), 480).tolist() == pytest.approx([-100, -100])


def test_without_samples_there_is_no_sound() -> None:
    nothing = np.zeros(0, np.float32)
    assert (rms(nothing), peak(nothing)) == (0.0, 0.0)
    assert rms_of_blocks(nothing, 480).shape == levels_of_blocks(nothing, 480).shape == (0,)


def test_each_whole_block_is_measured_and_the_rest_left_out() -> None:
    sound: Samples = np.concatenate((SINE[:480], SOFT[:480], SINE[:479]))
    assert rms_of_blocks(sound, 480).tolist() == pytest.approx([rms(SINE[:480]), rms(SINE[:480]) / 10], rel=1e-5)
    assert levels_of_blocks(sound, 480).tolist() == pytest.approx(
        [level_of(SINE[:480]), level_of(SINE[:480]) - 20], abs=0.01
    )
