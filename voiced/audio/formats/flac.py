"""FLAC: unknown lengths, concatenated files, and where the sound goes on after damage.

A stream's header says how many samples there are, or 0 if nobody knew. Then the header of the last frame tells: it
holds its own number, and the frame ends with a checksum, so that a cut one is found. RFC 9639, sections 8.2 and 9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from voiced.audio.formats.contents import CUT, Contents

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = b"fLaC"
STREAM_INFO = MAGIC + b"[\x00\x80]\x00\x00\x22"  # always the first block of metadata, 34 bytes long
INFO_END = 42  # of the magic and the stream's information
RATE_AT, TOTAL_BITS = 18, 36  # 8 bytes: rate, channels, bits per sample, and number of samples in the last 36 bits
SYNC = re.compile(rb"\xff[\xf8\xf9][\x10-\xff][\x00-\xaf]", re.DOTALL)  # what can begin a frame
LAST_BLOCK = b"\x80"  # of metadata: type 0, and no other follows
LONGEST_HEADER = 16  # bytes
MOST_PARTS = 1_000  # more are no recording
LONGEST_FRAME = 1 << 20  # bytes searched through at the end for the last frame
MOST_CANDIDATES = 16  # for it, whose checksums are tried
BLOCK_SAMPLES = {1: 192, **{n: 576 << (n - 2) for n in range(2, 6)}, **{n: 256 << (n - 8) for n in range(8, 16)}}
BLOCK_BYTES = {6: 1, 7: 2}  # by code: the number of samples stands behind the frame's number
RATE_BYTES = {12: 1, 13: 2, 14: 2}


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a frame begins, in the file and in the sound."""

    begin: int  # bytes
    first: int  # sample
    n_samples: int


def contents_of(content: bytes) -> Contents:
    """The streams of a FLAC file, each with its true number of samples as far as it can be told."""
    begins = [found.start() for found in re.finditer(STREAM_INFO, content)] or [0]
    ends = [*begins[1:], len(content)]
    streams = [_mended(content[begin:end]) for begin, end in zip(begins[:MOST_PARTS], ends, strict=False)]
    damages = [damage for _, damage in streams if damage]
    return Contents(tuple(stream for stream, _ in streams), damages[0] if damages else "")


def _mended(stream: bytes) -> tuple[bytes, str]:
    """A stream with its number of samples, and what is known to be wrong with it."""
    total = int.from_bytes(stream[RATE_AT : RATE_AT + 8], "big") & (1 << TOTAL_BITS) - 1
    if len(stream) < INFO_END:
        return stream, CUT
    end = len(stream) - 128 if stream[-128:-125] == b"TAG" else len(stream)
    last, is_whole = _last_frame(stream, end)
    if last is None:
        return stream, ""
    n_samples = last.first + last.n_samples
    if total and not (is_whole and n_samples > total):
        return stream, CUT if n_samples < total else ""  # whether the last frame is whole, the decoder notices
    known = with_total(stream, last.first + (last.n_samples if is_whole else 0))
    return (known[:end], "") if is_whole else (known[: last.begin], CUT)


def with_total(stream: bytes, n_samples: int) -> bytes:
    """A stream whose header says that it has so many samples; 0 for unknown."""
    packed = int.from_bytes(stream[RATE_AT : RATE_AT + 8], "big") >> TOTAL_BITS << TOTAL_BITS | n_samples
    return stream[:RATE_AT] + packed.to_bytes(8, "big") + stream[RATE_AT + 8 :]


def after(stream: bytes, sample: int) -> tuple[bytes, int] | None:
    """A stream of the frames from a sample on, and the number of its first sample; None if there are none.

    Bytes of sound may look like the header of a frame: its numbers must fit those of a neighbour.
    """
    frames = list(_frames(stream, INFO_END))
    fits = [one.first + one.n_samples == other.first for one, other in pairwise(frames)]
    for frame, *neighbours in zip(frames, [False, *fits], [*fits, False], strict=False):  # no frame, no neighbours
        if frame.first >= sample and any(neighbours):
            info = with_total(stream, 0)[len(MAGIC) + 1 : INFO_END]
            return MAGIC + LAST_BLOCK + info + stream[frame.begin :], frame.first
    return None


def _last_frame(stream: bytes, end: int) -> tuple[Frame | None, bool]:
    """The last frame, and whether it is whole, by its checksum."""
    frames = list(_frames(stream, max(INFO_END, end - LONGEST_FRAME)))
    for frame in frames[: -MOST_CANDIDATES - 1 : -1]:
        if crc16(stream[frame.begin : end]) == 0:
            return frame, True
    # It is cut. Bytes of sound may look like a header: it must fit the one before it.
    for before, frame in reversed(list(pairwise(frames))):
        if before.first + before.n_samples == frame.first:
            return frame, False
    return (frames[0] if frames else None), False


def _frames(stream: bytes, start: int) -> Iterator[Frame]:
    """Yield what is a frame by its header, checksum included."""
    block = int.from_bytes(stream[8:10], "big")  # samples in a frame, where all have as many
    for found in SYNC.finditer(stream, start):
        frame = _frame(stream[found.start() : found.start() + LONGEST_HEADER], found.start(), block)
        if frame:
            yield frame


def _frame(head: bytes, begin: int, block: int) -> Frame | None:
    """Read the header of a frame, at most 16 bytes; None if it is none."""
    number, size = _coded_number(head[4:])
    code, rate = head[2] >> 4, head[2] & 15
    end = 4 + size + BLOCK_BYTES.get(code, 0) + RATE_BYTES.get(rate, 0)
    if not size or rate == 15 or head[3] & 1 or end >= len(head) or crc8(head[: end + 1]):  # noqa: PLR2004 # invalid
        return None
    stands = int.from_bytes(head[4 + size : 4 + size + BLOCK_BYTES.get(code, 0)], "big") + 1
    varies = head[1] & 1  # then the number is that of the first sample, else of the frame
    return Frame(begin, number if varies else number * block, BLOCK_SAMPLES.get(code, stands))


def _coded_number(coded: bytes) -> tuple[int, int]:
    """A number that is coded as UTF-8 codes characters, in up to 7 bytes, and its length; length 0 if it is none."""
    first = coded[0] if coded else 0x80
    n_bytes = 8 - (first ^ 0xFF).bit_length()  # ones at the beginning
    if n_bytes == 0:
        return first, 1
    following = coded[1:n_bytes]
    if n_bytes in {1, 8} or len(following) < n_bytes - 1 or any(byte >> 6 != 2 for byte in following):  # noqa: PLR2004
        return 0, 0
    number = first & (0x7F >> n_bytes)
    for byte in following:
        number = number << 6 | byte & 0x3F
    return number, n_bytes


def _table(polynomial: int, bits: int) -> tuple[int, ...]:
    """The checksums of all bytes."""
    table = []
    for byte in range(256):
        value = byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 ^ (polynomial if value >> (bits - 1) else 0)) & (1 << bits) - 1
        table.append(value)
    return tuple(table)


CRC8, CRC16 = _table(0x07, 8), _table(0x8005, 16)


def crc8(data: bytes) -> int:
    """The checksum of a header; 0 if the header's own checksum is among the bytes, and right."""
    value = 0
    for byte in data:
        value = CRC8[value ^ byte]
    return value


def crc16(data: bytes) -> int:
    """The checksum of a frame; 0 if the frame's own checksum is among the bytes, and right."""
    value = 0
    for byte in data:
        value = (value << 8 & 0xFF00) ^ CRC16[value >> 8 ^ byte]
    return value
