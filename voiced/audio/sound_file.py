"""Recordings → the same frames as a microphone's: any format, any rate, any number of channels.

`read` and `frames` are for commands: a recording of which something is known to be missing is refused, since half a
command may be another command. `read_what_is_there` is for transcription: it warns, and goes on. What is strange but
whole (channels that cancel each other, near silence, single values that are no numbers) draws a warning in the log.

The bytes are recognised and taken to pieces by `formats`, and decoded by libsndfile, or else by PyAV.
"""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio import decoding, media
from voiced.audio.file_bytes import check, content_of, name_of, needs_media, undecodable
from voiced.audio.formats import kinds, mpeg
from voiced.audio.formats.contents import EITHER
from voiced.audio.mixing import Mixer
from voiced.audio.resampling import Framer, Resampler
from voiced.errors import AudioError
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from voiced.audio.decoding import Block
    from voiced.audio.formats.kinds import Kind
    from voiced.flow import AudioFrame, Samples

__all__ = ["as_it_is", "check", "frames", "read", "read_what_is_there"]

log = logging.getLogger(__name__)

RATES = range(1_000, 768_001)  # Hz; outside of it a header is taken to be damaged
LONGEST_COMMAND_MINUTES, LONGEST_MINUTES = 4 * 60, 12 * 60  # 230 MB an hour
MOST_UNKNOWN_SECONDS = 0.01  # of values that are no numbers; more is damage
QUIETEST_PEAK = 1e-3  # -60 dB of full scale: below it, a recording is nearly silent
LOUDEST_PEAK = 8.0  # 18 dB over full scale: beyond it, samples were written as if they were integers


@dataclass(slots=True)
class _Source:
    """Where a recording comes from, while it is read."""

    name: str
    refuses: bool  # whether damage ends it
    damage: str = ""

    def report(self, damage: str) -> None:
        """Take in what is found to be wrong: AudioError, or a warning the first time."""
        if self.refuses:
            raise AudioError(f"{self.name}: {damage}; record or copy it again")
        if not self.damage:
            log.warning("%s: %s; what is there is used", self.name, damage)
        self.damage = self.damage or damage


def read(source: Path, most_minutes: int = LONGEST_COMMAND_MINUTES) -> Samples:
    """A whole recording at 16 kHz in mono, shape (samples,); `-` is standard input. AudioError if it is damaged."""
    return _joined(_Source(name_of(source), refuses=True), source, most_minutes)


def read_what_is_there(source: Path, most_minutes: int = LONGEST_MINUTES) -> Samples:
    """As much of a recording as can be decoded, at 16 kHz in mono, shape (samples,); damage draws a warning.

    AudioError if nothing can be decoded.
    """
    return _joined(_Source(name_of(source), refuses=False), source, most_minutes)


def as_it_is(source: Path) -> tuple[Samples, int]:
    """A whole recording in mono, shape (samples,), and its own rate in Hz: for playing."""
    mixer, reported = Mixer(), _Source(name_of(source), refuses=True)
    blocks = [(rate, mixer.mono(block, rate)) for rate, block in _decoded(reported, source)]
    rate = blocks[0][0]
    if any(other != rate for other, _ in blocks):
        return read(source), SAMPLE_RATE
    return np.concatenate([block for _, block in blocks]), rate


def frames(source: Path, *, paced: bool = False) -> Iterator[AudioFrame]:
    """A recording in frames of 80 ms, the last one padded with zeros.

    With `paced` frames come at the pace of speech, otherwise as fast as they are taken. AudioError: at once for what
    the structure of the file tells, while iterating for damage further on.
    """
    reported = _Source(name_of(source), refuses=True)
    blocks = _resampled(_decoded(reported, source), Mixer(), reported)
    framed = _framed(blocks, reported.name)
    return _at_speaking_pace(framed) if paced else framed


# -- decoding ----------------------------------------------------------------------------------------


def _decoded(reported: _Source, source: Path) -> Iterator[Block]:
    """The sound block by block, of which there is at least one; AudioError at once if there is none."""
    content = content_of(source)
    kind = kinds.kind_of(content[: kinds.HEAD_BYTES])
    if kind and kind.needs_media and not media.is_installed():
        raise needs_media(source, kind)
    contents = kind.contents_of(content) if kind else mpeg.contents_behind_junk(content)
    if contents is None or not contents.parts:
        raise undecodable(source, kind)
    first, *others = contents.parts
    blocks = _opened(first, kind or kinds.MP3, reported)
    if blocks is None:
        raise undecodable(source, kind)
    if contents.damage:
        reported.report(contents.damage)
    blocks = chain(blocks, _all(others, kind or kinds.MP3, reported))
    block = next(blocks, None)
    if block is None:
        raise AudioError(f"{reported.name}: {reported.damage or 'holds no sound'}")
    return chain((block,), blocks)


def _all(parts: Iterable[bytes], kind: Kind, reported: _Source) -> Iterator[Block]:
    for part in parts:
        blocks = _opened(part, kind, reported)
        if blocks is None:
            reported.report(EITHER)
        else:
            yield from blocks


def _opened(part: bytes, kind: Kind, reported: _Source) -> Iterator[Block] | None:
    """The blocks of a part, by the decoder that can read it; None if none can."""
    blocks = None if kind.needs_media else decoding.decoded(part, reported.report)
    if blocks is None and kind.media and media.is_installed():
        blocks = media.decoded(part, kind.media, reported.report)
    return blocks


def _resampled(blocks: Iterable[Block], mixer: Mixer, reported: _Source) -> Iterator[Samples]:
    """Yield the sound at 16 kHz in mono, in blocks of any length; the rate may change between blocks."""
    resampler, current = None, SAMPLE_RATE
    for rate, block in blocks:
        if rate != current:
            if rate not in RATES:
                raise AudioError(f"{reported.name}: claims {rate} samples per second; is the file damaged?")
            if resampler:
                yield resampler.flush()
            resampler, current = Resampler(rate) if rate != SAMPLE_RATE else None, rate
        mono = mixer.mono(block, rate)
        if mixer.unknown_seconds > MOST_UNKNOWN_SECONDS:
            reported.report("holds values that are not numbers")
        yield resampler.resample(mono) if resampler else mono
    if resampler:
        yield resampler.flush()
    for warning in _warnings(mixer):
        log.warning("%s: %s", reported.name, warning)


def _warnings(mixer: Mixer) -> Iterator[str]:
    """What is strange about a recording that is whole."""
    if mixer.cancels:
        yield "its channels cancel each other, as if one were inverted; the loudest is heard alone"
    if not mixer.peak:
        yield "is silent: every sample is zero"
    elif mixer.peak < QUIETEST_PEAK:
        yield (
            f"is nearly silent: its peak is at {20 * math.log10(mixer.peak):.0f} dB of full scale; "
            "is the microphone muted, or its level too low?"
        )
    if 0 < mixer.unknown_seconds <= MOST_UNKNOWN_SECONDS:
        yield "holds single values that are not numbers (NaN or infinite); they are taken for silence"
    if mixer.peak > LOUDEST_PEAK:
        yield f"is {20 * math.log10(mixer.peak):.0f} dB louder than full scale; were integers written as floats?"


def _joined(reported: _Source, source: Path, most_minutes: int) -> Samples:
    """A whole recording at 16 kHz in mono, shape (samples,), scaled down to full scale if it is far louder."""
    samples, mixer = bytearray(), Mixer()  # grows where it lies; joining blocks would hold all of them twice
    try:
        for block in _resampled(_decoded(reported, source), mixer, reported):
            samples += block.tobytes()
            if len(samples) > most_minutes * 60 * SAMPLE_RATE * block.itemsize:
                longest = f"{most_minutes // 60} hours" if most_minutes % 60 == 0 else f"{most_minutes} minutes"
                raise AudioError(f"{reported.name}: is longer than {longest}; cut it into parts")
    except MemoryError as error:
        raise AudioError(f"{reported.name}: does not fit into memory; cut it into parts") from error
    joined = np.frombuffer(samples, np.float32)
    return joined / np.float32(mixer.peak) if mixer.peak > LOUDEST_PEAK else joined


# -- frames ------------------------------------------------------------------------------------------


def _framed(blocks: Iterable[Samples], name: str) -> Iterator[AudioFrame]:
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
