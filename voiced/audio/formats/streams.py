"""AAC without a container, AC-3 and E-AC-3, MPEG programs: frames one behind the other, each with its length.

Their decoders skip what they do not know, without a word, and leave out a last frame that was cut. Here frames are
walked: a cut one is known, and so is junk between two of them. What stands behind the last frame is left out. Formats:
ISO/IEC 13818-7 (ADTS), ETSI TS 102 366 (AC-3), ISO/IEC 13818-1 (program streams).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiced.audio.formats import mpeg
from voiced.audio.formats.contents import CUT, DAMAGED, Contents

if TYPE_CHECKING:
    from collections.abc import Callable

ADTS_HEADER_BYTES, AC3_HEADER_BYTES, START_BYTES = 7, 6, 6
MOST_FALSE_SYNCS = 100_000  # bytes that look like a header and are none; then the search ends
AC3_KBITS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
AC3_SAMPLES = 1_536  # in a frame
AC3_RATES = 48_000, 44_100, 32_000
LAST_AC3 = 10  # number of the newest version of AC-3; E-AC-3 has higher ones
PACK, END, LEAST_STREAM = 0xBA, 0xB9, 0xBB  # of a program stream: last bytes of start codes


@dataclass(frozen=True, slots=True)
class _Frames:
    """How frames are found."""

    sync: re.Pattern[bytes]  # what can begin one
    header_bytes: int
    length: Callable[[bytes], int]  # of the frame whose header this is; 0 if it is none

    def length_at(self, content: bytes, at: int) -> int:
        """How long the frame is that begins there; 0 if none does."""
        head = content[at : at + self.header_bytes]
        return self.length(head) if len(head) == self.header_bytes and self.sync.match(head) else 0

    def next_after(self, content: bytes, at: int) -> int:
        """Where the next frame begins that another one follows, or the end; -1 if there is none."""
        for _, found in zip(range(MOST_FALSE_SYNCS), self.sync.finditer(content, at + 1), strict=False):
            begin = found.start()
            end = begin + self.length_at(content, begin)
            if end > begin and (end == len(content) or self.length_at(content, end)):
                return begin
        return -1

    def contents_of(self, content: bytes) -> Contents:
        """The frames of a file, without what stands between and behind them."""
        parts: list[bytes] = []
        at, damage = 0, ""
        while at < len(content):
            end = at + self.length_at(content, at)
            if end > at:
                parts.append(content[at:end])
                damage = CUT if end > len(content) else damage
            else:
                end = self.next_after(content, at)
                if end < 0:
                    damage = CUT if self._may_begin(content[at:]) else damage
                    break
                damage = damage if mpeg.is_harmless(content[at:end]) else DAMAGED
            at = end
        return Contents((b"".join(parts) or content,), damage)

    def _may_begin(self, rest: bytes) -> bool:
        """Whether bytes behind the last frame are the beginning of a header."""
        return len(rest) < self.header_bytes and any(self.sync.match(rest + more) for more in PADDINGS)


PADDINGS = (b"\xf1" + bytes(8), b"\x77" + bytes(8), bytes(8))  # what may make a header of its first bytes


def _adts_length(head: bytes) -> int:
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return size if size >= ADTS_HEADER_BYTES else 0


def _ac3_length(head: bytes) -> int:
    if head[5] >> 3 > LAST_AC3:
        return (((head[2] & 7) << 8 | head[3]) + 1) * 2
    rate, code = head[4] >> 6, head[4] & 0x3F
    if rate >= len(AC3_RATES) or code >> 1 >= len(AC3_KBITS):
        return 0
    words = AC3_KBITS[code >> 1] * 1_000 * AC3_SAMPLES // (AC3_RATES[rate] * 16)
    return (words + (code & 1 if AC3_RATES[rate] == 44_100 else 0)) * 2  # noqa: PLR2004 # it does not divide evenly


adts = _Frames(re.compile(rb"\xff[\xf0\xf1\xf8\xf9]", re.DOTALL), ADTS_HEADER_BYTES, _adts_length).contents_of
ac3 = _Frames(re.compile(rb"\x0b\x77", re.DOTALL), AC3_HEADER_BYTES, _ac3_length).contents_of


def program_stream(content: bytes) -> Contents:
    """An MPEG program stream: packs and packets, with zeros between them."""
    at = 0
    while at < len(content):
        at = _start_code(content, at)
        size = _packet_bytes(content, at)
        if not size:
            break
        at += size
    return Contents((content,), CUT if at > len(content) else "")


def _start_code(content: bytes, at: int) -> int:
    """Where the next packet begins, behind zeros."""
    zeros = re.compile(rb"\x00*(?=\x00\x00\x01)").match(content, at)
    return zeros.end() if zeros else at


def _packet_bytes(content: bytes, at: int) -> int:
    """How long the packet is that begins there; 0 if none does."""
    head = content[at : at + START_BYTES].ljust(START_BYTES, b"\xff")  # one that was cut counts as a long packet
    name = head[3] if head.startswith(b"\0\0\1") else 0
    if name == PACK:
        is_mpeg2 = head[4] >> 6 == 1
        return (14 + (content[at + 13] & 7) if len(content) > at + 13 else 14) if is_mpeg2 else 12
    if name == END:
        return 4
    return 6 + int.from_bytes(head[4:], "big") if name >= LEAST_STREAM else 0
