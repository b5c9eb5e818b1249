"""A phrase in rooms and noise: it stays where it is said to be, and nothing is louder than sound can be."""

from __future__ import annotations

import numpy as np
import pytest

from voiced.flow import SAMPLE_RATE
from voiced.wake import tuning
from voiced.wake.training.augmentation import clatter, coloured, disturbed, equalised, in_a_room, noise_like, staged

TONE = np.sin(2 * np.pi * 440 * np.arange(SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)
OTHERS = [0.3 * np.random.default_rng(seed).normal(size=6_000).astype(np.float32) for seed in range(3)]


@pytest.mark.parametrize("seed", range(8))
def test_a_scene_tells_where_the_phrase_is(seed: int) -> None:
    scene = staged(TONE, OTHERS, np.random.default_rng(seed))
    assert scene.begin >= tuning.SCENE_LEAD_SECONDS * SAMPLE_RATE
    assert tuning.SCENE_SPEEDS[0] <= len(TONE) / (scene.end - scene.begin) <= tuning.SCENE_SPEEDS[1]
    assert len(scene.sound) > scene.end + SAMPLE_RATE // 2
    assert scene.sound.dtype == np.float32
    assert 0 < np.abs(scene.sound).max() <= 1


def test_the_phrase_is_louder_than_the_noise() -> None:
    for seed in range(8):
        scene = staged(TONE, [np.zeros(10, np.float32)], np.random.default_rng(seed))
        inside, before = scene.sound[scene.begin : scene.end], scene.sound[: scene.begin]
        assert np.mean(inside**2) > 1.5 * np.mean(before**2)


def test_scenes_are_the_same_each_time() -> None:
    first, second = (staged(TONE, OTHERS, np.random.default_rng(5)).sound for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, staged(TONE, OTHERS, np.random.default_rng(6)).sound)


def test_silence_stays_nearly_silent() -> None:
    sound = disturbed(np.zeros(SAMPLE_RATE, np.float32), OTHERS, np.random.default_rng(0))
    assert np.isfinite(sound).all()


def test_a_room_adds_what_comes_later() -> None:
    click = np.zeros(SAMPLE_RATE, np.float32)
    click[1_000] = 1
    heard = in_a_room(click, np.random.default_rng(0))
    assert np.abs(heard[:1_000]).max() < 1e-5
    assert heard[1_000] == pytest.approx(1, abs=1e-4)
    assert np.abs(heard[1_070:3_000]).max() > 1e-3


def test_an_equaliser_keeps_the_time() -> None:
    heard = equalised(TONE, np.random.default_rng(0))
    assert len(heard) == len(TONE)
    assert not np.allclose(heard, TONE)


def test_noise_has_an_energy_of_one() -> None:
    for seed in range(6):
        assert np.mean(noise_like(20_000, OTHERS, np.random.default_rng(seed)) ** 2) == pytest.approx(1, rel=1e-3)


def test_colours() -> None:
    hiss, rumble = (np.abs(np.fft.rfft(coloured(16_000, colour, np.random.default_rng(0)))) for colour in (0.0, 1.0))
    assert hiss[4_000:].mean() == pytest.approx(hiss[:4_000].mean(), rel=0.1)
    assert rumble[4_000:].mean() < 0.1 * rumble[:4_000].mean()


def test_clatter_comes_in_blows() -> None:
    sound = clatter(4 * SAMPLE_RATE, np.random.default_rng(0))
    levels = np.abs(sound).reshape(-1, 800).max(axis=1)
    assert levels.max() > 5 * np.median(levels)
