"""Channels → one: their mean, without values that are no numbers, and without channels that cancel each other.

A microphone whose plugs are wired wrongly, or a balanced line recorded as stereo, gives two channels of opposite sign:
their mean is silence. Then the loudest channel is heard alone. Arithmetic over blocks; knows no file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from voiced.audio.loudness import peak

if TYPE_CHECKING:
    from voiced.flow import Samples

CANCELLED = 0.02  # of the channels' mean power, -17 dB; the mean of independent ones keeps half
AUDIBLE_POWER = 1e-6  # -60 dB: quieter sound does not tell
MEMORY_SECONDS = 1.0  # half-life of the powers that are compared
LARGEST = 65_536.0  # beyond it, 96 dB over full scale, a value is no sound


class Mixer:
    """Mixes the channels of one recording block by block, and remembers what was strange about them."""

    def __init__(self) -> None:
        self.cancels = False  # whether channels cancelled each other at any time
        self.peak = 0.0  # of the mix
        self.unknown_seconds = 0.0  # duration of values that were no numbers
        self._alone: int | None = None  # the channel that is heard alone
        self._of_mean = self._of_channels = 0.0  # energy of the channels' mean, and their mean energy; they decay

    def mono(self, block: Samples, rate: int) -> Samples:
        """Mix the next block, shape (n_samples, n_channels), at `rate` Hz; shape (n_samples,)."""
        known = np.abs(block) < LARGEST  # false also where it is no number
        if not known.all():
            self.unknown_seconds += int((~known).any(axis=1).sum()) / rate
            block = np.where(known, block, np.float32(0))
        mix = block.mean(axis=1, dtype=np.float32)
        if block.shape[1] > 1:
            self._compare(block, mix, rate)
        chosen = mix if self._alone is None else np.ascontiguousarray(block[:, min(self._alone, block.shape[1] - 1)])
        self.peak = max(self.peak, peak(chosen))
        return chosen

    def _compare(self, block: Samples, mix: Samples, rate: int) -> None:
        """Decide whether the channels cancel each other."""
        decay = 0.5 ** (len(block) / (MEMORY_SECONDS * rate))
        energies = np.square(block, dtype=np.float64).sum(axis=0)
        self._of_mean = decay * self._of_mean + float(np.square(mix, dtype=np.float64).sum())
        self._of_channels = decay * self._of_channels + float(energies.mean())
        if self._of_channels < AUDIBLE_POWER * len(block):
            return
        if self._of_mean > CANCELLED * self._of_channels:
            self._alone = None
        elif self._alone is None:
            self.cancels, self._alone = True, int(energies.argmax())
