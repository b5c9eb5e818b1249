"""Ogg: the pages of a file, walked one by one; concatenated streams, cut pages, and pages that are damaged or missing.

A file may hold several streams one after another ("chained"), of which decoders hear the first. Each becomes a part of
its own. A stream ends with a page that says so: without it, it was cut. What is left of a cut page is kept. RFC 3533.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from voiced.audio.formats.contents import CUT, DAMAGED, Contents

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = b"OggS"
HEAD = struct.Struct("<4sBBqIIIB")  # magic, version, flags, granule position, serial, number, checksum, n_segments
CHECKSUM_AT = 22
CONTINUED, FIRST, LAST = 1, 2, 4  # flags of a page
SOUND = (b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex   ")  # how streams of sound begin
FULL_SEGMENT = 255  # the packet goes on in the next segment
MOST_PARTS = 1_000  # more are no recording
MOST_FALSE_PAGES = 10_000  # that are none, or damaged; then the search ends
REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))  # the bits of each byte


@dataclass(frozen=True, slots=True)
class Page:
    """A page; if it was cut, its body is shorter than its segments say."""

    flags: int
    granule: int  # position in the stream after the last packet that ends on this page; -1 if none does
    serial: int  # of the stream
    number: int
    segments: bytes  # lengths: a packet ends with the first that is less than 255
    body: bytes
    checksum: int

    @property
    def is_cut(self) -> bool:
        """Whether bytes are missing at its end."""
        return len(self.body) < sum(self.segments)

    def rendered(self) -> bytes:
        """The page as bytes, with the checksum that fits."""
        values = (MAGIC, 0, self.flags, self.granule, self.serial, self.number, 0, len(self.segments))
        page = HEAD.pack(*values) + self.segments + self.body
        return page[:CHECKSUM_AT] + checksum(page).to_bytes(4, "little") + page[CHECKSUM_AT + 4 :]

    def is_right(self) -> bool:
        """Whether its checksum fits."""
        return not self.is_cut and self.rendered()[CHECKSUM_AT : CHECKSUM_AT + 4] == self.checksum.to_bytes(4, "little")


def checksum(page: bytes) -> int:
    """The CRC of a page whose field for it is zero: polynomial 0x04c11db7 from the highest bit on, beginning with 0.

    zlib has that polynomial from the lowest bit on, and inverts: so bits are reversed before and after.
    """
    lowest_first = zlib.crc32(page.translate(REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(lowest_first.to_bytes(4, "little").translate(REVERSED), "big")


def pages(content: bytes) -> Iterator[Page | None]:
    """Yield every page; None for bytes that are no page, and before a page whose sound is damaged.

    What stands behind the last page, and is not the beginning of another one, is left out.
    """
    at = falses = 0
    while at < len(content) and falses < MOST_FALSE_PAGES:
        page, end = _page_at(content, at)
        following = content.find(MAGIC, at + 1)
        is_last_and_cut = page is not None and page.is_cut and following < 0
        if page and (is_last_and_cut or page.is_right()):
            yield page
            at = end
        elif following < 0 and not page and not content.startswith(MAGIC[: len(content) - at], at):
            return
        else:
            yield None
            falses += 1
            if page and end in (following, len(content)):  # one packet of many may be wrong
                yield page
            at = following if following > 0 else len(content)


def _page_at(content: bytes, at: int) -> tuple[Page | None, int]:
    """The page that begins there, and where it ends."""
    if len(content) < at + HEAD.size or content[at : at + 5] != MAGIC + b"\0":
        return None, at
    _, _, flags, granule, serial, number, crc, n_segments = HEAD.unpack_from(content, at)
    begin = at + HEAD.size + n_segments
    segments = content[at + HEAD.size : begin]
    end = begin + sum(segments)
    return Page(flags, granule, serial, number, segments, content[begin:end], crc), end


# -- parts -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Stream:
    """One stream of sound, while its pages are being found."""

    serial: int
    pages: list[Page] = field(default_factory=list)
    ended: bool = False


def contents_of(content: bytes) -> Contents:
    """The streams of sound in an Ogg file, one after another; of several at once the first."""
    streams: list[_Stream] = []
    damage, beginning = "", False  # whether the page before was the first of a stream
    for page in pages(content):
        if page is None:
            damage = DAMAGED if streams else damage
            continue
        if page.flags & FIRST:
            if not beginning:
                streams.append(_Stream(-1))
            if streams[-1].serial < 0 and page.body.startswith(SOUND):
                streams[-1].serial = page.serial
        beginning = bool(page.flags & FIRST)
        if streams and page.serial == streams[-1].serial:
            damage = _add(streams[-1], page) or damage
    sounding = [stream for stream in streams if stream.pages][:MOST_PARTS]
    if not all(stream.ended for stream in sounding):
        damage = CUT
    return Contents(tuple(b"".join(page.rendered() for page in stream.pages) for stream in sounding), damage)


def _add(stream: _Stream, page: Page) -> str:
    """Add a page to its stream, and return what is wrong with it, if anything."""
    before = stream.pages[-1] if stream.pages else None
    if page.is_cut:
        is_opus = stream.pages[:1] != [] and stream.pages[0].body.startswith(b"OpusHead")
        left = _left_of(page, max(0, before.granule) if before else 0, is_opus)
        if left:
            stream.pages.append(left)
        return CUT
    stream.pages.append(page)
    stream.ended = stream.ended or bool(page.flags & LAST)
    return DAMAGED if before and page.number != (before.number + 1) % (1 << 32) else ""


def _left_of(page: Page, before: int, is_opus: bool) -> Page | None:  # noqa: FBT001 # of two formats one
    """The whole packets of a cut page; None if there is none. `before`: the granule position at its beginning."""
    ends = [0, *(n for n, length in enumerate(page.segments, start=1) if length < FULL_SEGMENT)]
    ends = [end for end in ends if sum(page.segments[:end]) <= len(page.body)]
    if len(ends) == 1:
        return None
    segments = page.segments[: ends[-1]]
    if is_opus:
        begins = [sum(segments[:end]) for end in ends[:-1]]
        granule = before + sum(opus_samples(page.body[begin : begin + 2]) for begin in begins)
    else:  # as if all packets were as long
        granule = before + (page.granule - before) * len(segments) // len(page.segments)
    return replace(page, granule=granule, segments=segments, body=page.body[: sum(segments)])


def opus_samples(packet: bytes) -> int:
    """How many samples at 48 kHz an Opus packet gives, by its first two bytes; RFC 6716 section 3.1."""
    configuration, code = packet[0] >> 3, packet[0] & 3
    if configuration < 12:  # noqa: PLR2004 # SILK: 10, 20, 40, 60 ms
        frame = (480, 960, 1920, 2880)[configuration & 3]
    elif configuration < 16:  # noqa: PLR2004 # hybrid: 10, 20 ms
        frame = (480, 960)[configuration & 1]
    else:  # CELT: 2.5, 5, 10, 20 ms
        frame = 120 << (configuration & 3)
    n_frames = (1, 2, 2, packet[1] & 63 if len(packet) > 1 else 1)[code]
    return frame * n_frames
