"""Sound files as bytes, made here: every format, also as other programs write them, and what may happen to them."""

from __future__ import annotations

import io
import struct
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from voiced.audio.formats import flac, mpeg, ogg
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from voiced.flow import Samples


def tone(seconds: float = 2.0, rate: int = SAMPLE_RATE, channels: int = 1) -> Samples:
    """A tone of 440 Hz that becomes louder from quarter to quarter, in noise; shape (n_samples, n_channels)."""
    n_samples = round(seconds * rate)
    steps = np.repeat([0.05, 0.1, 0.2, 0.4], -(-n_samples // 4))[:n_samples]
    noise = 0.01 * np.random.default_rng(1).standard_normal(n_samples)
    sound = steps * np.sin(2 * np.pi * 440 * np.arange(n_samples) / rate) + noise
    return np.repeat(sound[:, None], channels, axis=1).astype(np.float32)


def encoded(kind: str, sound: Samples | None = None, rate: int = SAMPLE_RATE, **how: str) -> bytes:
    """A sound file of libsndfile's, by the name of its format, as `OGG/OPUS` or `WAV`."""
    form, _, subtype = kind.partition("/")
    into = io.BytesIO()
    soundfile.write(into, tone(rate=rate) if sound is None else sound, rate, subtype or None, format=form, **how)
    return into.getvalue()


def without_xing(content: bytes) -> bytes:
    """An MP3 without its first frame, which says how many there are."""
    return content[next(mpeg.frames(content)).end :]


def at_a_free_rate(content: bytes) -> bytes:
    """An MP3 of constant bit rate and without a Xing header, as if that rate stood in no table."""
    free = bytearray(content)
    for frame in mpeg.frames(content):
        free[frame.begin + 2] &= 0x0F
    return bytes(free)


def streamed_flac(content: bytes) -> bytes:
    """A FLAC as it is written to a pipe: of unknown length."""
    return flac.with_total(content, 0)


def with_sizes(content: bytes, sound: int, whole: int | None = None) -> bytes:
    """A WAV that claims so many bytes of sound, and after eight bytes so many in all."""
    at = content.index(b"data") + 4
    changed = content[:at] + struct.pack("<I", sound) + content[at + 4 :]
    return changed if whole is None else changed[:4] + struct.pack("<I", whole) + changed[8:]


def with_chunk(content: bytes, name: bytes, inside: bytes, *, padded: bool = True) -> bytes:
    """A WAV with one more chunk before its sound."""
    at = content.index(b"fmt ")
    chunk = name + struct.pack("<I", len(inside)) + inside + (b"\0" if padded and len(inside) % 2 else b"")
    return content[:4] + struct.pack("<I", len(content) - 8 + len(chunk)) + content[8:at] + chunk + content[at:]


def id3(inside: bytes) -> bytes:
    """An ID3v2 tag."""
    size = bytes(len(inside) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + inside


def ogg_pages(content: bytes) -> list[ogg.Page]:
    """The pages of an undamaged Ogg file."""
    return [page for page in ogg.pages(content) if page]


def by_pyav(codec: str, container: str, options: dict[str, str] | None = None, rate: int = 48_000) -> bytes:
    """Two seconds of the tone in stereo, written by FFmpeg's libraries; `container` and `codec` by their names."""
    import av  # noqa: PLC0415 # the extra `media`

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound"
        with av.open(path, "w", container, options=options or {}) as file:
            stream = file.add_stream(codec, rate=rate)
            assert isinstance(stream, av.AudioStream)
            stream.bit_rate = 64_000
            stream.layout = "stereo"
            stream.codec_context.open()
            n_samples = stream.codec_context.frame_size or 1_024
            resampler = av.AudioResampler(format=stream.format.name, layout="stereo", rate=rate, frame_size=n_samples)
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(tone(2.0, rate).T), "fltp", "mono")
            frame.sample_rate = rate
            for piece in [*resampler.resample(frame), *resampler.resample(None)]:
                file.mux(stream.encode(piece))
            file.mux(stream.encode(None))
        return path.read_bytes()
