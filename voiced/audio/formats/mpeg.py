"""MP3 (and MPEG layers I and II): the frames of a file, walked one by one.

The number of samples stands nowhere in an MP3 without a Xing header, so a decoder guesses it from the bit rate of the
first frame. Here the frames are counted, and each part gets a header that says how many they are. A new part begins
where the rate or the number of channels changes, and at each further Xing header: so are concatenated files read to
the end. Tags are left out. Frame headers: ISO/IEC 11172-3 section 2.4.1.3; the Xing header is a convention of encoders.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from voiced.audio.formats.contents import CUT, DAMAGED, Contents

if TYPE_CHECKING:
    from collections.abc import Iterator

SYNC = re.compile(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff][\x00-\xef]")  # what can begin a frame
MOST_FALSE_SYNCS = 100_000  # bytes that look like a header and are none; then the search ends
HEADER_BYTES = 4
CHECKSUM_BYTES = 2
XING_BYTES = 16  # "Info", flags, number of frames, number of bytes
HAS_FRAMES, HAS_BYTES = 1, 2  # flags of a Xing header
VBRI_AT = 36  # where Fraunhofer's header lies in its frame; its number of frames 14 bytes further on
FORGIVEN_FRAMES = 1  # some encoders count the frame of the header, too
MOST_FREE_BYTES = 8_192  # of a frame at a free bit rate
MOST_PARTS = 1_000  # more are no recording

RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}  # by version, in Hz
# kbit/s by index, for (is it MPEG-1, layer)
BITRATES = {
    (True, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
BITRATES[False, 3] = BITRATES[False, 2]


@dataclass(frozen=True, slots=True)
class Header:
    """What the four bytes at the beginning of a frame say."""

    version: int  # 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
    layer: int
    rate: int  # Hz
    mono: bool
    padding: int  # bytes
    length: int  # bytes of the whole frame; 0 if the bit rate is free, so that it must be searched for

    @property
    def kind(self) -> tuple[int, int, int, bool]:
        """What stays the same within a part."""
        return self.version, self.layer, self.rate, self.mono

    @property
    def side_bytes(self) -> int:
        """Bytes of side information, between the header of a layer III frame and its sound."""
        return (17 if self.mono else 32) if self.version == 3 else (9 if self.mono else 17)  # noqa: PLR2004 # MPEG-1


@lru_cache(maxsize=4096)
def header_of(word: bytes) -> Header | None:
    """Read the first four bytes of a frame; None if they are none."""
    if len(word) < HEADER_BYTES or not SYNC.match(word):
        return None
    version, layer = word[1] >> 3 & 3, 4 - (word[1] >> 1 & 3)
    bitrate, rate, padding = word[2] >> 4, word[2] >> 2 & 3, word[2] >> 1 & 1
    if rate == 3:  # noqa: PLR2004 # reserved
        return None
    hertz, kbits = RATES[version][rate], BITRATES[version == 3, layer][bitrate]  # noqa: PLR2004 # MPEG-1
    if layer == 1:
        length, padding = (12_000 * kbits // hertz + padding) * 4, padding * 4
    else:
        length = (72_000 if layer == 3 and version != 3 else 144_000) * kbits // hertz + padding  # noqa: PLR2004
    return Header(version, layer, hertz, word[3] >> 6 == 3, padding, length if kbits else 0)  # noqa: PLR2004 # mono


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a frame lies in the file; `end` is beyond the file if it was cut."""

    begin: int
    end: int
    header: Header


def frames(content: bytes) -> Iterator[Frame]:
    """Yield every frame, without tags and junk; the last one may be cut."""
    at, falses, before = 0, 0, None
    while at < len(content) and falses < MOST_FALSE_SYNCS:
        frame = _frame_at(content, at, before)
        if frame:
            yield frame
            before, at = frame, frame.end
        else:
            before, falses = None, falses + 1
            at = tag_end(content, at) or _next_sync(content, at + 1)


def _next_sync(content: bytes, at: int) -> int:
    """Where the next frame may begin; the end if nothing looks like one."""
    found = SYNC.search(content, at)
    return found.start() if found else len(content)


def _frame_at(content: bytes, at: int, before: Frame | None) -> Frame | None:
    """The frame that begins there, if one does: it is like the one before it, or another one follows it."""
    header = header_of(content[at : at + HEADER_BYTES])
    if header is None:
        return None
    if before and before.header.kind == header.kind:
        length = header.length or before.end - before.begin - before.header.padding + header.padding
        return Frame(at, at + length, header)
    length = header.length or _free_length(content, at, header)
    end = at + length
    following = header_of(content[end : end + HEADER_BYTES])
    is_followed = following is not None and following.kind == header.kind
    is_last = end == len(content) or tag_end(content, end) > 0
    return Frame(at, end, header) if length and (is_followed or is_last) else None


def _free_length(content: bytes, at: int, header: Header) -> int:
    """Bytes of a frame at a free bit rate: as far as to the next header of its kind, after which one more follows."""
    for found in SYNC.finditer(content, at + HEADER_BYTES + header.side_bytes, at + MOST_FREE_BYTES):
        following = header_of(content[found.start() : found.start() + HEADER_BYTES])
        if following and following.kind == header.kind and not following.length:
            length = found.start() - at
            after = found.start() + length - header.padding + following.padding
            third = header_of(content[after : after + HEADER_BYTES])
            if after == len(content) or (third and third.kind == header.kind):
                return length
    return 0


def tag_end(content: bytes, at: int) -> int:
    """Where a tag (ID3, APE, Lyrics3) that begins at `at` ends; 0 if there is none, or it is longer than the file."""
    tag = content[at : at + 32]
    if tag[:3] == b"ID3":
        end = at + id3_bytes(tag)
    elif tag[:3] == b"TAG":
        end = at + (227 if tag[3:4] == b"+" else 128)
    elif tag[:8] == b"APETAGEX" and len(tag) == 32:  # noqa: PLR2004 # the tag's header, or its footer
        is_header = tag[23] & 0x20
        end = at + 32 + (int.from_bytes(tag[12:16], "little") if is_header else 0)
    elif tag[:11] == b"LYRICSBEGIN":
        end = content.find(b"LYRICS200", at) + len(b"LYRICS200")
    else:
        return 0
    return end if at < end <= len(content) else 0


def id3_bytes(tag: bytes) -> int:
    """How long an ID3v2 tag is, by its first ten bytes, with which others may follow; 0 if there is none."""
    if len(tag) < 10 or tag[:3] != b"ID3":  # noqa: PLR2004 # the tag's header
        return 0
    size = sum((byte & 0x7F) << shift for byte, shift in zip(tag[6:10], (21, 14, 7, 0), strict=True))
    return 10 + size + (10 if tag[5] & 0x10 else 0)


def is_harmless(gap: bytes) -> bool:
    """Whether bytes between frames are tags and zeros alone."""
    at = 0
    while at < len(gap):
        end = tag_end(gap, at) or (at + 1 if not gap[at] else 0)
        if not end:
            return False
        at = end
    return True


# -- parts -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Part:
    """Frames of one kind in a row, while they are being found."""

    first: Frame
    info: bytes = b""  # the frame with the Xing header, if there is one
    promised: int = 0  # frames, by that header
    n_frames: int = 0
    spans: list[list[int]] = field(default_factory=list)  # [begin, end] in the file, without what lies between frames

    def add(self, frame: Frame) -> None:
        """Take in a frame."""
        self.n_frames += 1
        if self.spans and self.spans[-1][1] == frame.begin:
            self.spans[-1][1] = frame.end
        else:
            self.spans.append([frame.begin, frame.end])


def contents_of(content: bytes) -> Contents | None:
    """The parts of an MP3; None if it is none."""
    parts: list[_Part] = []
    damage, end = "", 0
    for frame in frames(content):
        if frame.end > len(content) or len(parts) > MOST_PARTS:
            damage = CUT
            break
        if parts and frame.begin > end and not is_harmless(content[end : frame.begin]):
            damage = DAMAGED
        end = frame.end
        info, promised = _info_of(content, frame)
        if promised is not None or not parts or parts[-1].first.header.kind != frame.header.kind:
            parts.append(_Part(frame, info, promised or 0))
        if promised is None:
            parts[-1].add(frame)
    if _is_cut_in_a_header(content[end:]) or _is_promised_more(parts):
        damage = CUT
    whole = tuple(_rendered(content, part) for part in parts if part.n_frames)
    return Contents(whole, damage) if whole else None


def contents_behind_junk(content: bytes) -> Contents | None:
    """The parts of an MP3 that does not begin with a frame or a tag; None if what looks like frames is most of it not.

    In other files some bytes always look like frames.
    """
    found = contents_of(content)
    return found if found and sum(map(len, found.parts)) >= len(content) // 2 else None


def _info_of(content: bytes, frame: Frame) -> tuple[bytes, int | None]:
    """The frame of a Xing header that can be mended, and how many frames it promises; None if there is no header."""
    if frame.header.layer != 3:  # noqa: PLR2004 # of the other layers none have it
        return b"", None
    info = content[frame.begin : frame.end]
    at = HEADER_BYTES + frame.header.side_bytes
    for xing in (at, at + CHECKSUM_BYTES):
        if info[xing : xing + 4] in (b"Xing", b"Info"):
            flags, n_frames = struct.unpack_from(">II", info.ljust(xing + 12, b"\0"), xing + 4)
            # Behind a checksum, decoders do not find it.
            return info if flags & HAS_FRAMES and xing == at else b"", n_frames if flags & HAS_FRAMES else 0
    if info[VBRI_AT : VBRI_AT + 4] == b"VBRI":
        return b"", int.from_bytes(info[VBRI_AT + 14 : VBRI_AT + 18], "big")
    return b"", None


def _is_cut_in_a_header(rest: bytes) -> bool:
    """Whether the bytes after the last frame are the beginning of another one's header."""
    return (0 < len(rest) < HEADER_BYTES and SYNC.match(rest.ljust(HEADER_BYTES, b"\0")) is not None) or rest == b"\xff"


def _is_promised_more(parts: list[_Part]) -> bool:
    """Whether a header promises more frames than there are from it on: that of a wrapped file counts all of them."""
    left = sum(part.n_frames for part in parts)
    for part in parts:
        if part.promised > left + FORGIVEN_FRAMES:
            return True
        left -= part.n_frames
    return False


def _rendered(content: bytes, part: _Part) -> bytes:
    """A part as a file of its own: with the true number of frames in front."""
    sound = b"".join(content[begin:end] for begin, end in part.spans)
    if part.first.header.layer != 3:  # noqa: PLR2004 # their length follows from the bit rate
        return sound
    info = bytearray(part.info or _new_info(content, part.first))
    at = HEADER_BYTES + part.first.header.side_bytes
    info = info.ljust(at + XING_BYTES, b"\0")
    struct.pack_into(">I", info, at + 8, part.n_frames)
    if info[at + 7] & HAS_BYTES:
        struct.pack_into(">I", info, at + 12, len(info) + len(sound))
    return bytes(info) + sound


def _new_info(content: bytes, first: Frame) -> bytes:
    """A frame with a Xing header, of the kind of the first frame, at a bit rate that has room for it."""
    word = bytearray(content[first.begin : first.begin + HEADER_BYTES])
    word[1] |= 1  # no checksum
    header = None
    for index in range(8, 15):  # from 128 or 64 kbit/s on
        word[2] = index << 4 | word[2] & 0x0C
        header = header_of(bytes(word))
        if header and header.length >= HEADER_BYTES + header.side_bytes + XING_BYTES:
            break
    assert header, "only the bit rate of a header was changed"
    tag = b"Info" + struct.pack(">III", HAS_FRAMES | HAS_BYTES, 0, 0)
    return (bytes(word) + bytes(header.side_bytes) + tag).ljust(header.length, b"\0")
