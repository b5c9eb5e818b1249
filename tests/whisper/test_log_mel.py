"""Log-mel spectrograms against arithmetic written out."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.whisper.clips import clip
from voiced.whisper.log_mel import WINDOW_FRAMES, WINDOW_SAMPLES, log_mel, mel_filters, pad_or_trim


def test_equals_a_discrete_fourier_transform_written_out() -> None:
    samples = clip("en")[8000:12000].astype(np.float64)
    # The signal is mirrored at its ends, so that the first window is centred on the first sample.
    mirrored = np.pad(samples, 200, mode="reflect")
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    turns = np.outer(np.arange(201), np.arange(400)) / 400
    windows = np.stack([mirrored[begin : begin + 400] * hann for begin in range(0, len(samples), 160)])
    energy = np.abs(windows @ np.exp(-2j * np.pi * turns).T) ** 2  # (frames, 201)
    bands = np.log10(np.maximum(energy @ mel_filters(80).numpy().T, 1e-10))
    expected = (np.maximum(bands, bands.max() - 8) + 4) / 4
    assert np.abs(log_mel(samples.astype(np.float32)).numpy() - expected.T).max() < 1e-5


def test_filters_are_triangles_of_unit_area_on_slaneys_scale() -> None:
    filters = mel_filters(80).numpy()
    centres = 40.0 * filters.argmax(axis=1)  # Hz
    # Worked by hand: 8 kHz lie at 15 + 27 * ln 8 / ln 6.4 = 45.245 mel; a band is 0.55858 mel, or 37.24 Hz, wide.
    assert filters.shape == (80, 201)
    assert centres[25] == pytest.approx(26 * 37.239, abs=20)  # below 1 kHz: linear
    assert centres[79] == pytest.approx(1000 * 6.4 ** ((80 * 0.55858 - 15) / 27), abs=20)
    assert (40 * filters[50:].sum(axis=1)) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("length", [0, 1, 100, 200, 201, 1600, 16_123])
def test_any_length(length: int) -> None:
    mel = log_mel(np.random.default_rng(1).uniform(-1, 1, length).astype(np.float32))
    assert mel.shape == (80, length // 160)
    assert torch.isfinite(mel).all()


def test_silence_is_the_floor() -> None:
    assert (log_mel(np.zeros(1600, np.float32)) == -1.5).all()


def test_a_shorter_window_is_the_beginning_of_the_longer() -> None:
    speech = clip("en")
    short, long = log_mel(pad_or_trim(speech, 10 * 16_000)), log_mel(pad_or_trim(speech))
    assert long.shape[1] == WINDOW_FRAMES
    assert (short - long[:, : short.shape[1]]).abs().max() < 1e-5


def test_pad_or_trim() -> None:
    assert pad_or_trim(np.ones(3, np.float32), 5).tolist() == [1, 1, 1, 0, 0]
    assert pad_or_trim(np.ones(3, np.float32), 2).tolist() == [1, 1]
    assert len(pad_or_trim(np.ones(3, np.float32))) == WINDOW_SAMPLES


@pytest.mark.parametrize("length", [0, 199, 480, 159_360, 159_999, 160_160])
def test_silence_need_not_be_there_to_be_heard(length: int) -> None:
    """The ends of the blocks in which long recordings are computed lie near the longer ones."""
    samples = np.random.default_rng(2).uniform(-1, 1, length).astype(np.float32)
    padded = log_mel(np.pad(samples, (0, 1600)))
    assert torch.allclose(log_mel(samples, n_silent=4), padded[:, : length // 160 + 4], atol=1e-6)
