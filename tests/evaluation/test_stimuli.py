"""Recordings made ready to be spoken: where speech ends, room noise around it, pauses between words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from voiced.audio import sound_file
from voiced.audio.loudness import rms
from voiced.audio.vad import Vad
from voiced.evaluation.stimuli import energy_end, in_its_room, room_noise, speech_end, with_pauses
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from voiced.flow import Samples

SOUNDS = Path(__file__).parents[1] / "sounds"
NOISE = np.random.default_rng(1)


def room(seconds: float) -> Samples:
    return NOISE.normal(scale=1e-3, size=round(seconds * SAMPLE_RATE)).astype(np.float32)


def tone(seconds: float) -> Samples:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.3 * np.sin(2 * np.pi * 300 * time)).astype(np.float32)


def test_sound_ends_where_it_no_longer_stands_out() -> None:
    sound = np.concatenate((room(0.5), tone(1.0), room(0.7)))
    assert energy_end(sound) == pytest.approx(1.5 * SAMPLE_RATE, abs=160)


def test_the_end_of_real_speech_is_found_whatever_follows() -> None:
    speech = sound_file.read(SOUNDS / "command_lights.ogg")
    ends = [speech_end(np.concatenate((speech, room(after))), Vad()) for after in (0.3, 1.0, 2.0)]
    assert max(ends) - min(ends) < 0.1 * SAMPLE_RATE
    assert abs(ends[0] - len(speech)) < 0.3 * SAMPLE_RATE


def test_room_noise_is_the_quietest_there_is() -> None:
    sound = np.concatenate((tone(0.5), room(0.4), tone(0.5)))
    noise = room_noise(sound, 20_000)
    assert len(noise) == 20_000
    assert rms(noise) == pytest.approx(1e-3, rel=0.2)


def test_the_room_is_there_before_and_after_without_a_click() -> None:
    sound = np.concatenate((room(0.5), tone(0.5), room(0.5)))
    longer = in_its_room(sound, 8_000, 24_000)
    assert len(longer) == 8_000 + len(sound) + 24_000
    assert np.array_equal(longer[8_160 : 8_000 + len(sound) - 160], sound[160:-160])
    assert np.abs(np.diff(longer[8_000 + len(sound) - 200 :])).max() < 0.01


def test_pauses_are_put_where_it_is_quietest_near_the_end_of_a_word() -> None:
    sound = np.concatenate((room(0.5), tone(0.5), room(0.04), tone(0.5), room(0.5)))
    longer = with_pauses(sound, [1.05], 0.6)
    assert len(longer) - len(sound) == pytest.approx(0.6 * SAMPLE_RATE, abs=320)
    assert rms(longer[round(1.1 * SAMPLE_RATE) : round(1.6 * SAMPLE_RATE)]) < 0.01
    assert rms(longer[round(1.7 * SAMPLE_RATE) : round(2.1 * SAMPLE_RATE)]) > 0.1


def test_without_words_there_are_no_pauses() -> None:
    sound = tone(0.5)
    assert np.array_equal(with_pauses(sound, [], 0.6), sound)
