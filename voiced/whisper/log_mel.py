"""Log-mel spectrogram: sound as Whisper sees it, the logarithm of the energy in each mel band, every 10 ms.

The steps and constants are those of openai/whisper's `audio.py` (Radford et al. 2022, section 2.2); the mel filterbank
is computed here, so there is no data file. Knows no models and no files.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F

if TYPE_CHECKING:
    import numpy.typing as npt
    from torch import Tensor

SAMPLE_RATE = 16_000  # Hz
# 25 ms of sound make a mel frame, and a new frame begins every 10 ms: neighbours overlap by 15 ms.
N_FFT = 400  # samples under each Hann window
HOP = 160  # samples from one mel frame to the next
# The most that the encoder sees at once; it was trained on nothing else.
WINDOW_SECONDS = 30
WINDOW_SAMPLES = WINDOW_SECONDS * SAMPLE_RATE
WINDOW_FRAMES = WINDOW_SAMPLES // HOP  # 3000 mel frames
# Spectra are computed for so many mel frames at once: those of all would take 20 times the recording's memory.
_FRAMES_AT_ONCE = 1000
SAMPLES_PER_POSITION = HOP * 2  # the encoder's second convolution halves the frame rate: 20 ms


def pad_or_trim(samples: npt.NDArray[np.float32], length: int = WINDOW_SAMPLES) -> npt.NDArray[np.float32]:
    """Return exactly `length` samples: silence is added at the end, or the end cut off."""
    return np.pad(samples[:length], (0, max(0, length - len(samples))))


def log_mel(samples: npt.NDArray[np.float32], n_mels: int = 80, n_silent: int = 0) -> Tensor:
    """Mono samples at 16 kHz, full scale ±1 → (n_mels, len(samples) // HOP + n_silent), float32, about -1 to 1.5.

    Whisper expects silence at the end: ask for `n_silent` mel frames of it, 3 or more, or pad the samples first.
    """
    assert n_silent == 0 or n_silent * HOP >= N_FFT, f"a window is longer than {n_silent} mel frames"
    signal = torch.from_numpy(np.ascontiguousarray(samples, np.float32))
    # One mel frame each 160 samples; a last frame that is not whole is dropped.
    n_frames = len(signal) // HOP + n_silent
    # Half a window is mirrored at either end, so there must be more than that.
    if len(signal) <= N_FFT // 2:
        signal = F.pad(signal, (0, N_FFT // 2 + 1 - len(signal)))
    # (n_mels, n_frames): log10 of the energy, some frames at a time.
    log_energy = torch.empty(n_mels, n_frames)
    for first in range(0, n_frames, _FRAMES_AT_ONCE):
        last = min(first + _FRAMES_AT_ONCE, n_frames)
        log_energy[:, first:last] = _log_energy(
            _under_windows(signal, first, last, "constant" if n_silent else "reflect"), n_mels
        )
    # Whisper hears 80 dB: what is more than 8 decades of energy below the loudest band of all is raised to that floor.
    if n_frames:
        log_energy.clamp_(min=log_energy.max() - 8.0)
    # Into the range in which the network was trained.
    return log_energy.add_(4.0).div_(4.0)


def _under_windows(signal: Tensor, first: int, last: int, at_end: str) -> Tensor:
    """Samples under the Hann windows of mel frames first to last - 1; frame i is centred on sample i * HOP.

    The signal is mirrored before its beginning, and goes on after its end as `at_end` says, a mode of `F.pad`.
    """
    # The windows reach from 200 samples before the first centre to 200 after the last one.
    begin = first * HOP - N_FFT // 2
    end = max((last - 1) * HOP, 1) + N_FFT // 2  # what is mirrored must be longer than its mirror image
    # Take what the signal has of that, then add what it lacks on either side.
    samples = signal[None, max(0, begin) : end]
    if begin < 0:
        samples = F.pad(samples, (-begin, 0), mode="reflect")
    return F.pad(samples, (0, max(0, end - max(begin, len(signal)))), mode=at_end)[0]


def _log_energy(signal: Tensor, n_mels: int) -> Tensor:
    """Samples under whole windows → log10 of each band's energy, at least 1e-10: (n_mels, frames)."""
    # Short-time Fourier transform, (201, frames) complex: 201 bins of 40 Hz.
    spectrum = torch.stft(signal, N_FFT, HOP, window=torch.hann_window(N_FFT), center=False, return_complex=True)
    # Each band is a weighted sum over the bins: (n_mels, 201) @ (201, frames) → (n_mels, frames)
    energy = mel_filters(n_mels) @ (spectrum.abs() ** 2)
    return energy.clamp(min=1e-10).log10()


@cache
def mel_filters(n_mels: int) -> Tensor:
    """Mel filterbank (n_mels, 201), float32: triangles of unit area from 0 to 8 kHz (librosa's `norm="slaney"`)."""
    frequencies = np.linspace(0, SAMPLE_RATE / 2, N_FFT // 2 + 1)  # Hz, of the Fourier bins
    # n_mels + 2 corners at equal distances on the mel scale; triangle i has its peak on corner i + 1 and falls to zero
    # at the corners beside it.
    corners = _mel_to_hz(np.linspace(0, _hz_to_mel(SAMPLE_RATE / 2), n_mels + 2))
    left, centre, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    # Every triangle is the lower of two lines, (n_mels, 201) each, where that is positive; divided by half of its base.
    rising = (frequencies - left) / (centre - left)
    falling = (right - frequencies) / (right - centre)
    triangles = np.maximum(0, np.minimum(rising, falling)) * 2 / (right - left)
    return torch.from_numpy(triangles.astype(np.float32))


# Slaney's mel scale (Auditory Toolbox, 1998) is linear up to 1 kHz, which is 15 mel, and logarithmic above: 27 mel for
# each factor of 6.4 in frequency.
_LINEAR_HZ, _LINEAR_MEL = 1000.0, 15.0
_MEL_PER_NEPER = 27.0 / np.log(6.4)


def _hz_to_mel(hz: float) -> float:
    if hz <= _LINEAR_HZ:
        return hz * _LINEAR_MEL / _LINEAR_HZ
    return float(_LINEAR_MEL + np.log(hz / _LINEAR_HZ) * _MEL_PER_NEPER)


def _mel_to_hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    linear = mel * _LINEAR_HZ / _LINEAR_MEL
    return np.where(mel <= _LINEAR_MEL, linear, _LINEAR_HZ * np.exp((mel - _LINEAR_MEL) / _MEL_PER_NEPER))
