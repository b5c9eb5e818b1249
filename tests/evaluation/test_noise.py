"""Speech in noise, mixed as the published benchmark defines it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from voiced.evaluation.noise import BLOCK_SAMPLES, key_of, mixed
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from voiced.flow import Samples


def noise(seconds: float, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).normal(scale=0.1, size=round(seconds * SAMPLE_RATE)).astype(np.float32)


def tone(seconds: float) -> Samples:
    return np.sin(np.arange(round(seconds * SAMPLE_RATE)) / 5).astype(np.float32)


@pytest.mark.parametrize("snr", [24.0, 6.0, -3.0])
def test_the_ratio_is_that_of_the_loudest_blocks(snr: float) -> None:
    """Worked out anew, in plain steps: what was added is scaled as the published benchmark says."""
    speech, hiss = tone(1.0), noise(1.0)  # as long as the speech: there is only one stretch
    blocks = [np.split(sound[: 7 * BLOCK_SAMPLES], 7) for sound in (speech, hiss)]
    loudest = [max(sum(float(x) ** 2 for x in block) for block in each) for each in blocks]
    expected = speech + (loudest[0] / (loudest[1] * 10 ** (snr / 10))) ** 0.5 * hiss
    expected /= 2 * max(abs(expected))
    np.testing.assert_allclose(mixed(speech, hiss, snr, "any"), expected, atol=1e-6)


def test_the_stretch_depends_on_seed_name_and_ratio_alone() -> None:
    speech, hiss = tone(0.5), noise(20)
    heard = {
        key: mixed(speech, hiss, 6, key).tobytes() for key in ("0/a.flac/6", "1/a.flac/6", "0/b.flac/6", "0/a.flac/9")
    }
    assert len(set(heard.values())) == 4
    assert mixed(speech, hiss, 6, key_of(0, "a.flac", 6.0)).tobytes() == heard["0/a.flac/6"]


@pytest.mark.parametrize("length", [100, BLOCK_SAMPLES, 5 * BLOCK_SAMPLES + 1])
def test_sound_of_any_length(length: int) -> None:
    both = mixed(tone(1.0)[:length], noise(0.01), 6, "key")
    assert both.shape == (length,)
    assert both.dtype == np.float32
    assert np.abs(both).max() == pytest.approx(0.5)


def test_silence_stays_finite() -> None:
    silence = np.zeros(BLOCK_SAMPLES, np.float32)
    assert np.isfinite(mixed(silence, noise(1), 6, "key")).all()
    assert not mixed(silence, silence, 6, "key").any()
    np.testing.assert_allclose(mixed(tone(0.2), silence, 6, "key"), tone(0.2) / 2 / tone(0.2).max(), atol=1e-6)
