"""Recordings → the same frames as a microphone's, from any format and rate. (Signatures; the bodies follow.)"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from voiced.flow import AudioFrame, Samples


def read(source: Path | BinaryIO) -> Samples:
    """The whole recording, 16 kHz mono; AudioError if it is no usable recording."""
    ...


def frames(source: Path | BinaryIO, *, paced: bool = False) -> Iterator[AudioFrame]:
    """The recording in frames of 80 ms, the last one padded; `paced`: at the pace in which it was spoken."""
    ...
