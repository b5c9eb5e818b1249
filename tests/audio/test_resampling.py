"""Resampling without seams, and framing without losing a sample."""

from __future__ import annotations

import numpy as np
import pytest

from voiced.audio.resampling import Framer, Resampler
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE


def tone(rate: int, seconds: float = 2.0) -> np.ndarray:
    return np.sin(2 * np.pi * 440 * np.arange(round(rate * seconds)) / rate).astype(np.float32)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000])
def test_a_tone_stays_a_tone_across_blocks(rate: int) -> None:
    resampler, blocks = Resampler(rate), np.array_split(tone(rate), 25)
    sound = np.concatenate([*(resampler.resample(block) for block in blocks), resampler.flush()])
    assert sound.dtype == np.float32
    assert abs(len(sound) - 2 * SAMPLE_RATE) <= 2
    inside = slice(2_000, 30_000)  # the filter fades in and out
    assert np.abs(sound[inside] - tone(SAMPLE_RATE)[inside]).max() < 1e-3


@pytest.mark.parametrize("length", [1, 100, FRAME_SAMPLES, 5_000])
def test_frames_hold_every_sample_once(length: int) -> None:
    sound = np.arange(7_001, dtype=np.float32)
    framer = Framer()
    frames = [frame for start in range(0, len(sound), length) for frame in framer.frames(sound[start : start + length])]
    frames += framer.last()
    assert [frame.start for frame in frames] == [FRAME_SAMPLES * index for index in range(6)]
    assert all(len(frame.samples) == FRAME_SAMPLES for frame in frames)
    together = np.concatenate([frame.samples for frame in frames])
    assert np.array_equal(together[: len(sound)], sound)
    assert not together[len(sound) :].any()


def test_nothing_is_left_of_whole_frames() -> None:
    framer = Framer()
    assert len(list(framer.frames(np.zeros(2 * FRAME_SAMPLES, np.float32)))) == 2
    assert list(framer.last()) == []


def test_a_gap_shows_in_the_count_and_no_frame_spans_it() -> None:
    framer = Framer()
    before = list(framer.frames(np.ones(FRAME_SAMPLES + 100, np.float32)))
    framer.skip(3_000)
    after = list(framer.frames(np.full(FRAME_SAMPLES, 2, np.float32)))
    assert [frame.start for frame in before] == [0]
    assert [frame.start for frame in after] == [FRAME_SAMPLES + 100 + 3_000]
    assert (after[0].samples == 2).all()


def test_a_gap_of_nothing_is_none() -> None:
    framer = Framer()
    assert list(framer.frames(np.ones(1_000, np.float32))) == []
    framer.skip(0)
    [frame] = framer.frames(np.ones(280, np.float32))
    assert frame.start == 0
