"""MP4, Matroska and WebM, Windows Media, and AAC without a container: is the file shorter than it says?

Their sound is decoded by PyAV, which reads a cut file to its end without a word. Their structure tells: boxes, elements
and frames have lengths. Formats: ISO/IEC 14496-12; RFC 8794 (EBML); Microsoft's Advanced Systems Format; ISO/IEC
13818-7 (ADTS).
"""

from __future__ import annotations

from voiced.audio.formats.contents import CUT, Contents

ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")  # GUID of the object that holds the file's length
IS_BROADCAST = 1  # flag: the length was not known
ADTS_HEADER_BYTES = 7
TRANSPORT_BYTES = 188  # of a packet
NESTED = (0x18538067, 0x1F43B675)  # EBML elements whose length may be unknown: Segment, Cluster


def mp4(content: bytes) -> Contents:
    """An MP4 file: boxes one after another, each with its length."""
    at = 0
    while at + 8 <= len(content):
        size, begin = int.from_bytes(content[at : at + 4], "big"), at + 8
        if size == 1:
            size, begin = int.from_bytes(content[at + 8 : at + 16], "big"), at + 16
        if size == 0:  # to the end of the file
            break
        if size < begin - at:
            break
        at += size
    return Contents((content,), CUT if at > len(content) else "")


def matroska(content: bytes) -> Contents:
    """A Matroska or WebM file: elements with their lengths, which of a stream may be unknown."""
    at = 0
    while at < len(content):
        name, at = _number(content, at, keep_marker=True)
        size, begin = _number(content, at)
        if not name or begin <= at:
            break
        is_unknown = size == (1 << 7 * (begin - at)) - 1
        at = begin if is_unknown and name in NESTED else begin + size
        if is_unknown and name not in NESTED:
            break
    return Contents((content,), CUT if at > len(content) else "")


def _number(content: bytes, at: int, *, keep_marker: bool = False) -> tuple[int, int]:
    """A number of EBML, whose first bits say how long it is, and where it ends; ends at `at` if there is none."""
    first = content[at] if at < len(content) else 0
    n_bytes = 9 - first.bit_length()
    if n_bytes > 8 or at + n_bytes > len(content):  # noqa: PLR2004
        return 0, at
    number = int.from_bytes(content[at : at + n_bytes], "big")
    return number if keep_marker else number & (1 << 7 * n_bytes) - 1, at + n_bytes


def windows_media(content: bytes) -> Contents:
    """A WMA file: its header tells how long the whole file is, unless it was sent while it was recorded."""
    at = content.find(ASF_PROPERTIES, 0, 1 << 16)
    if at < 0 or len(content) < at + 104:
        return Contents((content,), CUT if at >= 0 else "")
    size = int.from_bytes(content[at + 40 : at + 48], "little")
    is_broadcast = content[at + 88] & IS_BROADCAST
    return Contents((content,), CUT if size > len(content) and not is_broadcast else "")


def adts(content: bytes) -> Contents:
    """AAC in ADTS frames, each with its length."""
    at = 0
    while len(content) - at >= ADTS_HEADER_BYTES and content[at] == 0xFF and content[at + 1] & 0xF6 == 0xF0:  # noqa: PLR2004
        size = (content[at + 3] & 3) << 11 | content[at + 4] << 3 | content[at + 5] >> 5
        if size < ADTS_HEADER_BYTES:
            break
        at += size
    is_cut_in_a_header = 0 < len(content) - at < ADTS_HEADER_BYTES and content[at] == 0xFF  # noqa: PLR2004
    return Contents((content,), CUT if at > len(content) or is_cut_in_a_header else "")


def avi(content: bytes) -> Contents:
    """An AVI file, whose beginning says how long it is."""
    return Contents((content,), CUT if int.from_bytes(content[4:8], "little") + 8 > len(content) else "")


def transport_stream(content: bytes) -> Contents:
    """An MPEG transport stream: packets of one length."""
    return Contents((content,), CUT if len(content) % TRANSPORT_BYTES else "")
