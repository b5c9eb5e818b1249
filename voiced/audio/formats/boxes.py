"""MP4, Matroska and WebM, Windows Media, AVI: is the file shorter than it says?

Their sound is decoded by PyAV, which reads a cut file to its end without a word. Their structure tells: boxes and
elements have lengths. What stands behind them, and is none, is no damage. Formats: ISO/IEC 14496-12; RFC 8794 (EBML),
RFC 9559 (Matroska); Microsoft's Advanced Systems Format.
"""

from __future__ import annotations

from voiced.audio.formats.contents import CUT, Contents

ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")  # GUID of the object that holds the file's length
ASF_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")  # GUID of the object that holds the packets
ASF_DATA_HEAD_BYTES = 50  # of that object, before the first packet
IS_BROADCAST = 1  # flag: the length was not known
TRANSPORT_BYTES = 188  # of a packet
UNKNOWN_BYTES = (1 << 32) - 1  # a length that was written before it was known
NESTED = (b"\x18\x53\x80\x67", b"\x1f\x43\xb6\x75")  # EBML elements whose length may be unknown: Segment, Cluster
ELEMENTS = {  # of Matroska, on the levels that are walked
    *(b"\x1a\x45\xdf\xa3", *NESTED, b"\xec", b"\xbf"),  # EBML, Void, CRC-32
    *map(bytes.fromhex, ("114d9b74", "1549a966", "1654ae6b", "1c53bb6b", "1941a469", "1043a770", "1254c367")),
    *map(bytes.fromhex, ("e7", "a3", "a0", "ab", "a7", "af", "5854")),  # of a Cluster
}


def mp4(content: bytes) -> Contents:
    """An MP4 file: boxes one after another, each with its length; several files that lie one behind the other."""
    begins, at, has_index = [0], 0, False
    while at + 8 <= len(content):
        size, name, begin = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8], at + 8
        if has_index and not name.strip().isalnum():  # junk
            break
        if has_index and name == b"ftyp":
            begins.append(at)
        has_index = (has_index and name != b"ftyp") or name == b"moov"
        if size == 1:
            size, begin = int.from_bytes(content[at + 8 : at + 16], "big"), at + 16
        if size == 0:  # to the end of the file
            break
        if size < begin - at:
            break
        at += size
    parts = tuple(content[begin:end] for begin, end in zip(begins, [*begins[1:], None], strict=True))
    is_cut_in_a_header = len(content) - 8 < at < len(content) and content[at] == 0 and any(content[at:])
    return Contents(parts, CUT if at > len(content) or is_cut_in_a_header else "")


def matroska(content: bytes) -> Contents:
    """A Matroska or WebM file: elements with their lengths, which of a stream may be unknown."""
    at = 0
    while at < len(content):
        name, begin, size = _element(content, at)
        if name not in ELEMENTS:  # junk, or the first bytes of a name
            is_cut = any(known.startswith(content[at:]) for known in ELEMENTS)
            return Contents((content,), CUT if is_cut else "")
        if begin is None:
            return Contents((content,), CUT)
        if size is None and name not in NESTED:
            break
        at = begin if size is None else begin + size
    return Contents((content,), CUT if at > len(content) else "")


def _element(content: bytes, at: int) -> tuple[bytes, int | None, int | None]:
    """The name of an element of EBML, where its content begins, None if that is cut off, and its length if known."""
    name = content[at : at + _number_bytes(content[at])]
    at += len(name)
    n_bytes = _number_bytes(content[at]) if at < len(content) else 9
    if at + n_bytes > len(content):
        return name, None, None
    most = (1 << 7 * n_bytes) - 1
    size = int.from_bytes(content[at : at + n_bytes], "big") & most
    return name, at + n_bytes, None if size == most else size


def _number_bytes(first: int) -> int:
    """How many bytes a number of EBML has, by its first one; 9 if it is none."""
    return 9 - first.bit_length()


def windows_media(content: bytes) -> Contents:
    """A WMA file: its header tells how long the whole file is, or, if it was sent while it was recorded, a packet."""
    at = content.find(ASF_PROPERTIES, 0, 1 << 16)
    if at < 0 or len(content) < at + 104:
        return Contents((content,), CUT if at >= 0 else "")
    size, packet = (int.from_bytes(content[at + n : at + n + width], "little") for n, width in ((40, 8), (92, 4)))
    if not content[at + 88] & IS_BROADCAST:
        return Contents((content,), CUT if size > len(content) else "")
    begin, end = content.find(ASF_DATA, at), len(content)
    end -= 12 if content[-12:-10] == b"$E" else 0  # how a broadcast says that it ends
    is_cut = begin >= 0 and packet > 0 and (end - begin - ASF_DATA_HEAD_BYTES) % packet
    return Contents((content,), CUT if is_cut else "")


def avi(content: bytes) -> Contents:
    """An AVI file, whose beginning says how long it is; of one that was written to a pipe the chunks do."""
    size = int.from_bytes(content[4:8], "little")
    if size != UNKNOWN_BYTES:
        return Contents((content,), CUT if len(content) < size + 8 else "")
    at = 12
    while at + 8 <= len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        at += 12 if content[at : at + 4] == b"LIST" and size == UNKNOWN_BYTES else 8 + size + size % 2
    return Contents((content,), CUT if at > len(content) else "")


def transport_stream(content: bytes) -> Contents:
    """An MPEG transport stream: packets of one length."""
    return Contents((content,), CUT if len(content) % TRANSPORT_BYTES else "")
