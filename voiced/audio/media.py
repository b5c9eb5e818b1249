"""Bytes of a sound file → blocks of samples, by FFmpeg through PyAV. The only file that knows the module av.

It comes with the extra `media`, which most installations do without. Only the one format is tried that the bytes were
recognised as, and nothing else is opened: neither playlists nor addresses.
"""

from __future__ import annotations

import io
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio.formats.contents import EITHER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av import AudioFrame, AudioStream, Packet
    from av.container import InputContainer

    from voiced.audio.decoding import Block, Report
    from voiced.flow import Samples

INSTALL = "pip install 'voiced[media]'"
_KINDS = {"u8": "u1", "s16": "i2", "s32": "i4", "s64": "i8", "flt": "f4", "dbl": "f8"}  # FFmpeg's formats, NumPy's
_PAUSES = {8, 9, 14, 15}  # kinds of AMR frames without sound: noise in a pause, or nothing; FFmpeg decodes none of them
SAFELY = {"protocol_whitelist": "none"}  # what a file refers to is not opened


def is_installed() -> bool:
    """Whether PyAV is there."""
    return find_spec("av") is not None


def decoded(part: bytes, media_format: str, report: Report) -> Iterator[Block] | None:
    """The sound of a part block by block, by FFmpeg's name of its format; None if it cannot be read."""
    import av  # noqa: PLC0415 # it is large, and not always there

    try:
        container = av.open(io.BytesIO(part), "r", media_format, SAFELY, metadata_errors="ignore")
    except (av.FFmpegError, ValueError):
        return None
    return _blocks(container, report)


def _blocks(container: InputContainer, report: Report) -> Iterator[Block]:
    import av  # noqa: PLC0415

    with container:
        if not container.streams.audio:
            return
        packets = container.demux(container.streams.audio[0])
        while True:
            try:
                packet = next(packets, None)
                frames = packet.decode() if packet else []
            except av.FFmpegError:
                if packet and _is_pause(packet):
                    yield _pause(packet)
                else:
                    report(EITHER)
                continue
            if packet is None:
                return
            for frame in frames:
                yield frame.sample_rate, _samples(frame)


def _is_pause(packet: Packet[AudioStream]) -> bool:
    return (
        packet.stream.codec_context.name.startswith("amr") and packet.size > 0 and bytes(packet)[0] >> 3 & 15 in _PAUSES
    )


def _pause(packet: Packet[AudioStream]) -> Block:
    """Silence for as long as a packet lasts."""
    rate = packet.stream.rate or 8_000
    seconds = float((packet.duration or 0) * (packet.time_base or 0))
    return rate, np.zeros((round(rate * seconds), 1), np.float32)


def _samples(frame: AudioFrame) -> Samples:
    """Samples of full scale ±1, shape (n_samples, n_channels)."""
    # Not by `to_ndarray`: from eight channels on PyAV counts planes behind the last one, and reads whatever lies there.
    kind, n_channels = np.dtype(_KINDS[frame.format.packed.name]), frame.layout.nb_channels
    if frame.format.is_planar:
        planes = frame.planes[:n_channels]
        sound = np.stack([np.frombuffer(bytes(plane), kind, frame.samples) for plane in planes], axis=1)
    else:
        sound = np.frombuffer(bytes(frame.planes[0]), kind, frame.samples * n_channels).reshape(-1, n_channels)
    if sound.dtype.kind == "f":
        return sound.astype(np.float32)
    full_scale = float(1 << 8 * sound.dtype.itemsize - 1)
    middle = full_scale if sound.dtype.kind == "u" else 0.0  # unsigned bytes lie around 128
    return np.asarray((sound.astype(np.float64) - middle) / full_scale, np.float32)
