"""Recordings → the same frames as a microphone's: WAV, FLAC, OGG, MP3, any rate, any number of channels.

The only file that knows soundfile. It does not know what is in the recording. A file that is not what it claims is
refused with one sentence; so is one that was cut short, since half a command may be another command.
"""

from __future__ import annotations

import io
import re
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from voiced.audio.resampling import Framer, Resampler
from voiced.errors import AudioError
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.flow import AudioFrame, Samples

STANDARD_INPUT = Path("-")
RATES = range(1_000, 768_001)  # Hz; outside of it a header is taken to be damaged
BLOCK_SAMPLES = 16_384  # read at a time
STREAMED_BYTES = 0x7FFF_0000  # a WAV header written before the length was known claims at least this much


class _Stream(soundfile.SoundFile):  # type: ignore[misc] # soundfile is untyped
    """A file that is only read forwards: soundfile seeks after every block, and MP3 loses sound by that."""

    def seekable(self) -> bool:
        return False


def read(source: Path) -> Samples:
    """A whole recording at 16 kHz in mono, shape (samples,); `-` is standard input. AudioError if it is damaged."""
    samples = bytearray()  # grows where it lies; joining blocks would hold all of them twice
    for block in _blocks(source, _open(source)):
        samples += block.tobytes()
    return np.frombuffer(samples, np.float32)


def as_it_is(source: Path) -> tuple[Samples, int]:
    """A whole recording in mono, shape (samples,), and its own rate in Hz: for playing."""
    file = _open(source)
    mono: Samples = file.read(file.frames, dtype="float32", always_2d=True).mean(axis=1, dtype=np.float32)
    return mono, file.samplerate


def frames(source: Path, *, paced: bool = False) -> Iterator[AudioFrame]:
    """A recording in frames of 80 ms, the last one padded with zeros.

    With `paced` frames come at the pace of speech, otherwise as fast as they are taken. AudioError: at once for what
    the header tells, while iterating for damage further on.
    """
    cut = _cut(_blocks(source, _open(source)), _name(source))
    return _at_speaking_pace(cut) if paced else cut


def _open(source: Path) -> _Stream:
    try:
        if source != STANDARD_INPUT and not (source.is_file() or source.is_fifo()) and source.exists():
            raise AudioError(f"{source}: is not a file")
        content = sys.stdin.buffer.read() if source == STANDARD_INPUT else source.read_bytes()
    except OSError as error:
        raise AudioError(f"{_name(source)}: cannot be read: {error.strerror}") from error
    if not content:
        raise AudioError(f"{_name(source)}: is empty")
    try:
        file = _Stream(io.BytesIO(content))
    except soundfile.LibsndfileError as error:
        raise AudioError(
            f"{_name(source)}: is not a recording that can be read (WAV, FLAC, OGG or MP3), or is damaged"
        ) from error
    _check(source, file)
    return file


def _check(source: Path, file: _Stream) -> None:
    if not file.frames:
        raise AudioError(f"{_name(source)}: holds no sound")
    if file.samplerate not in RATES:
        raise AudioError(f"{_name(source)}: claims {file.samplerate} samples per second; is the file damaged?")
    # libsndfile shortens WAV and AIFF to what is there; only its log tells what the header promised.
    promised = re.search(r"(?:data|SSND)\s*: (\d+) \(should be \d+\)", file.extra_info)
    if promised and int(promised[1]) < STREAMED_BYTES:
        raise AudioError(f"{_name(source)}: is cut short; record or copy it again")


def _blocks(source: Path, file: _Stream) -> Iterator[Samples]:
    """Yield the sound at 16 kHz in mono, in blocks of any length."""
    resampler = Resampler(file.samplerate) if file.samplerate != SAMPLE_RATE else None
    left = file.frames
    while left:
        block = _next_block(source, file)
        left -= len(block)
        mono = block.mean(axis=1, dtype=np.float32)
        if not np.isfinite(mono).all():
            raise AudioError(f"{_name(source)}: holds values that are not numbers; is the file damaged?")
        yield resampler.resample(mono) if resampler else mono
    if resampler:
        yield resampler.flush()


def _next_block(source: Path, file: _Stream) -> Samples:
    """The next samples of every channel, shape (samples, channels); AudioError if there are none left."""
    try:
        block: Samples = file.read(BLOCK_SAMPLES, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise AudioError(f"{_name(source)}: is damaged or cut short") from error
    if not len(block):
        raise AudioError(f"{_name(source)}: is cut short; record or copy it again")
    return block


def _cut(blocks: Iterable[Samples], name: str) -> Iterator[AudioFrame]:
    framer = Framer(name)
    for block in blocks:
        yield from framer.frames(block)
    yield from framer.last()


def _at_speaking_pace(frames: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
    began = time.monotonic()
    for frame in frames:
        due = began + frame.end / SAMPLE_RATE
        time.sleep(max(0.0, due - time.monotonic()))
        yield replace(frame, came=due)


def _name(source: Path) -> str:
    return "standard input" if source == STANDARD_INPUT else str(source)
