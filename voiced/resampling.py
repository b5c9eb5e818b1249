"""Any sample rate → 16 kHz, block by block without seams; knows soxr and nothing of where the sound comes from.

The filter's state is kept from block to block: resampling each block on its own would put an error of several percent
at every seam. The filter looks ahead, so the first blocks give fewer samples than they hold and `flush` gives the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soxr

from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from voiced.flow import Samples


class Resampler:
    """One mono stream on its way from `rate` to 16 kHz."""

    def __init__(self, rate: int) -> None:
        self._stream = soxr.ResampleStream(rate, SAMPLE_RATE, num_channels=1, dtype="float32", quality="HQ")

    def resample(self, block: Samples) -> Samples:
        """What can be said so far at 16 kHz, the block included."""
        return np.asarray(self._stream.resample_chunk(block), dtype=np.float32)

    def flush(self) -> Samples:
        """What the filter still holds; nothing may follow."""
        return np.asarray(self._stream.resample_chunk(np.zeros(0, np.float32), last=True), dtype=np.float32)
