"""Blocks of any length and rate → frames of 80 ms at 16 kHz; knows soxr and nothing of where the sound comes from.

The filter's state is kept from block to block: resampling each block on its own would put an error of several percent
at every seam. The filter looks ahead, so the first blocks give fewer samples than they hold and `flush` gives the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soxr

from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiced.flow import Samples


class Resampler:
    """Resamples one mono stream from `rate` Hz to 16 kHz, block by block."""

    def __init__(self, rate: int) -> None:
        self._stream = soxr.ResampleStream(rate, SAMPLE_RATE, num_channels=1, dtype="float32", quality="HQ")

    def resample(self, block: Samples) -> Samples:
        """The samples at 16 kHz, shape (n,), that the filter gives after taking in a block."""
        return np.asarray(self._stream.resample_chunk(block), dtype=np.float32)

    def flush(self) -> Samples:
        """The samples that the filter still holds; the stream ends with it."""
        return np.asarray(self._stream.resample_chunk(np.zeros(0, np.float32), last=True), dtype=np.float32)


def sped_up(sound: Samples, factor: float) -> Samples:
    """A recording played `factor` times as fast, and with `factor` times the pitch."""
    return np.asarray(soxr.resample(sound, SAMPLE_RATE * factor, SAMPLE_RATE), dtype=np.float32)


class Framer:
    """Cuts one stream into frames of 80 ms, and counts its samples."""

    def __init__(self, source: str = "") -> None:
        """`source`: the name that the frames carry."""
        self._source = source
        self._start = 0  # index of the next frame's first sample
        self._rest: Samples = np.zeros(0, np.float32)  # less than a frame

    def frames(self, block: Samples) -> Iterator[AudioFrame]:
        """Yield every frame that a block completes."""
        sound = np.concatenate((self._rest, block))
        whole = len(sound) - len(sound) % FRAME_SAMPLES
        self._rest = sound[whole:]
        for samples in sound[:whole].reshape(-1, FRAME_SAMPLES):
            yield AudioFrame(self._start, samples, self._source)
            self._start += FRAME_SAMPLES

    def skip(self, samples: int) -> None:
        """Leave a gap of `samples` samples; the frame that is not complete yet is dropped."""
        if not samples:
            return
        self._start += len(self._rest) + samples
        self._rest = np.zeros(0, np.float32)

    def last(self) -> Iterator[AudioFrame]:
        """Yield the incomplete last frame, padded with zeros, if there is one."""
        if len(self._rest):
            yield from self.frames(np.zeros(FRAME_SAMPLES - len(self._rest), np.float32))
