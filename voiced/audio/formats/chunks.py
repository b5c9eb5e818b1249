"""WAV, RF64, Wave64, AIFF, CAF: files of chunks, one of which holds the sound.

Programs that write to a pipe do not know the length: they claim 0 bytes of sound, or as many as the field can say. The
true length is put there. Where the chunk is longer than the file, and the file's own length agrees, it was cut. Several
WAV files one after another are heard one after another. Formats: Microsoft's RIFF MCI, EBU Tech 3306 (RF64), ITU-R
BS.2088 (BW64), Sony's Wave64, Apple's AIFF-C and CAF.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from voiced.audio.formats import mpeg
from voiced.audio.formats.contents import CUT, Contents

if TYPE_CHECKING:
    from collections.abc import Iterator

MPEG_CODES = 0x50, 0x55  # of encodings in a WAV: MPEG layers I and II, and MP3
UNKNOWN_BYTES = 1 << 30  # a length of at least this much was written before it was known, if it is not there
LARGEST = (1 << 32) - 1
MOST_PARTS, MOST_CHUNKS = 1_000, 1_000  # more are no recording
MOST_COPIED_BYTES = 8 << 30  # while a file is cut into parts
WAVE64 = bytes.fromhex("726966662e91cf11a5d628db04c10000")  # GUIDs: of the file, and of the chunk of sound
WAVE64_DATA = bytes.fromhex("64617461f3acd3118cd100c04f8edb8a")


@dataclass(frozen=True, slots=True)
class Layout:
    """How chunks lie in a format: an identifier, a length, and the content."""

    first: int  # byte where the first chunk begins
    sound: bytes  # identifier of the chunk of sound
    size_bytes: int
    order: Literal["little", "big"]
    align: int = 2  # chunks begin at multiples of it
    counts_head: bool = False  # the length counts identifier and length, too
    prefix: int = 0  # bytes of the chunk before its sound

    @property
    def head(self) -> int:
        """Bytes before a chunk's content."""
        return len(self.sound) + self.size_bytes


RF64, BW64 = b"RF64", b"BW64"  # how a WAV begins that may be longer than 4 GiB
WAV = Layout(12, b"data", 4, "little")
WAV_BIG = Layout(12, b"data", 4, "big")
W64 = Layout(40, WAVE64_DATA, 8, "little", align=8, counts_head=True)
AIFF = Layout(12, b"SSND", 4, "big", prefix=8)
CAF = Layout(8, b"data", 8, "big", align=1, prefix=4)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk of a file."""

    name: bytes
    begin: int  # byte where its content begins
    n_bytes: int  # of its content, as it claims

    def end(self, layout: Layout) -> int:
        """Where the next chunk begins."""
        return self.begin + self.n_bytes + -(self.begin + self.n_bytes) % layout.align


def chunks(content: bytes, layout: Layout, at: int) -> Iterator[Chunk]:
    """Yield the chunks from a byte on, MOST_CHUNKS at most; the last one may be longer than the file."""
    for _ in range(MOST_CHUNKS):
        if at + layout.head > len(content):
            return
        name_end, begin = at + len(layout.sound), at + layout.head
        size = int.from_bytes(content[name_end:begin], layout.order)
        chunk = Chunk(content[at:name_end], begin, max(0, size - layout.head if layout.counts_head else size))
        yield chunk
        at = chunk.end(layout)


def contents_of(content: bytes, layout: Layout) -> Contents:
    """The sound of a file, with its true length; several parts if files lie one behind the other."""
    parts: list[bytes] = []
    damage, rest = "", content
    while rest and not damage and len(parts) < MOST_PARTS and len(parts) * len(rest) < MOST_COPIED_BYTES:
        rest = _as_riff(rest)
        part, end, damage = _part(rest, layout)
        frames = _mpeg_in(part, layout)
        parts += frames.parts if frames else (part,)
        damage = damage or (frames.damage if frames else "")
        rest = rest[end:]
    return Contents(tuple(parts), damage)


def _part(content: bytes, layout: Layout) -> tuple[bytes, int, str]:
    """One file with its true length, where the next one begins, and what is known to be wrong with it."""
    walk = chunks(content, layout, layout.first)
    sound = next((chunk for chunk in walk if chunk.name == layout.sound), None)
    if sound is None:
        plain = _without_odd_chunks(content, layout)
        part, _, damage = _part(plain, layout) if plain else (content, 0, "")  # the decoder says what that is
        return part, len(content), damage
    if _is_unknown(content, layout, sound):
        end = _next_file(content, layout, sound.begin)
        return _with_length(content[:end], layout, sound), end, ""
    if sound.begin + sound.n_bytes > len(content):
        damage = "" if _claims_to_be_whole(content, layout) else CUT
        return _with_length(content, layout, sound), len(content), damage
    n_bytes = len(content)
    content, sound = _with_more_sound(content, layout, sound)
    walk = chunks(content, layout, sound.end(layout))
    beginnings = _beginnings(content, len(sound.name))
    following = next((chunk.begin for chunk in walk if chunk.name in beginnings), 0)
    end = following - layout.head if following else len(content)
    # Chunks behind the sound describe it in CAF and AIFF; elsewhere they are left out, for some are no chunks at all.
    part = content[: end if layout in (CAF, AIFF) else sound.begin + sound.n_bytes]
    return part, end + n_bytes - len(content), ""


def _with_more_sound(content: bytes, layout: Layout, sound: Chunk) -> tuple[bytes, Chunk]:
    """A file whose sound lies in several chunks, all of which are there, with one chunk of sound."""
    more, others = [], _beginnings(content, len(sound.name))
    for chunk in chunks(content, layout, sound.end(layout)):
        if chunk.name in others or chunk.end(layout) > len(content) + 1:
            break
        if chunk.name == sound.name:
            more.append(chunk)
    if not more or layout.prefix or layout.counts_head:
        return content, sound
    pieces = [content[chunk.begin : chunk.begin + chunk.n_bytes] for chunk in (sound, *more)]
    n_bytes = sum(map(len, pieces))
    head = content[: sound.begin - layout.size_bytes] + n_bytes.to_bytes(layout.size_bytes, layout.order)
    padded = b"".join(pieces) + bytes(-(sound.begin + n_bytes) % layout.align)
    return head + padded + content[more[-1].end(layout) :], replace(sound, n_bytes=n_bytes)


def _mpeg_in(content: bytes, layout: Layout) -> Contents | None:
    """The MP3 that is in a WAV; None if there is none."""
    if layout is not WAV:
        return None
    walk = chunks(content, WAV, WAV.first)
    found = {chunk.name: content[chunk.begin : chunk.begin + chunk.n_bytes] for chunk in walk}
    is_mpeg = int.from_bytes(found.get(b"fmt ", b"")[:2], "little") in MPEG_CODES
    return mpeg.contents_of(found.get(b"data", b"")) if is_mpeg else None


def _next_file(content: bytes, layout: Layout, at: int) -> int:
    """Where a further file of the kind begins behind sound whose length is unknown; the end if there is none."""
    if layout.size_bytes != 4:  # noqa: PLR2004 # kinds that are not joined
        return len(content)
    beginning = b"|".join(map(re.escape, _beginnings(content, 4)))
    further = re.compile(b"(" + beginning + b").{4}" + re.escape(content[8:12]), re.DOTALL)
    found = further.search(content, at)
    return found.start() if found else len(content)


def _beginnings(content: bytes, n_bytes: int) -> tuple[bytes, ...]:
    """With which bytes a further file of the kind may begin."""
    return (content[:n_bytes], RF64, BW64) if content.startswith(b"RIFF") else (content[:n_bytes],)


def _without_odd_chunks(content: bytes, layout: Layout) -> bytes:
    """A WAV with its format and its sound alone, if chunks of odd lengths lie close together in it; else nothing."""
    if layout is not WAV:
        return b""
    walk = {chunk.name: chunk for chunk in chunks(content, replace(WAV, align=1), WAV.first)}
    form, sound = walk.get(b"fmt "), walk.get(b"data")
    if form is None or sound is None or form.begin + form.n_bytes > sound.begin - WAV.head:
        return b""
    padded = content[form.begin - 8 : form.begin + form.n_bytes] + bytes(form.n_bytes % 2)
    return content[: WAV.first] + padded + content[sound.begin - 8 :]


def _as_riff(content: bytes) -> bytes:
    """RF64 and BW64 as a plain WAV: sizes of 64 bits stand in a chunk of their own, and are not needed below 4 GiB."""
    if content[:4] not in (RF64, BW64):
        return content
    sizes = next((chunk for chunk in chunks(content, WAV, WAV.first) if chunk.name == b"ds64"), None)
    sound = next((chunk for chunk in chunks(content, WAV, WAV.first) if chunk.name == b"data"), None)
    plain = bytearray(content)
    plain[:4] = b"RIFF"
    if sizes:
        plain[sizes.begin - 8 : sizes.begin - 4] = b"JUNK"
        plain[4:8] = _field(int.from_bytes(content[sizes.begin : sizes.begin + 8], "little"))
    if sizes and sound and content[sound.begin - 4 : sound.begin] == b"\xff" * 4:
        plain[sound.begin - 4 : sound.begin] = _field(
            int.from_bytes(content[sizes.begin + 8 : sizes.begin + 16], "little")
        )
    return bytes(plain)


def _field(size: int) -> bytes:
    """A length in 32 bits; the largest number that fits for what is longer."""
    return min(size, LARGEST).to_bytes(4, "little")


def _is_unknown(content: bytes, layout: Layout, sound: Chunk) -> bool:
    """Whether the length was written before it was known."""
    there = len(content) - sound.begin
    if sound.n_bytes > layout.prefix:
        return sound.n_bytes >= UNKNOWN_BYTES and sound.n_bytes > there
    rest = list(chunks(content, layout, sound.end(layout)))
    is_followed = bool(rest) and rest[-1].end(layout) >= len(content) and all(chunk.name.isascii() for chunk in rest)
    is_named = all(chunk.name[:4].strip().isalnum() for chunk in rest)
    return there > layout.prefix and not (is_followed and is_named)


def _claims_to_be_whole(content: bytes, layout: Layout) -> bool:
    """Whether the length of the whole file, where it says one, is that of this file: then no end was lost."""
    if layout is CAF:
        return False
    at = layout.first - layout.size_bytes - (4 if layout.size_bytes == 4 else 16)  # noqa: PLR2004 # before the type
    size = int.from_bytes(content[at : at + layout.size_bytes], layout.order)
    return 0 < size + (0 if layout.counts_head else 8) <= len(content)


def _with_length(content: bytes, layout: Layout, sound: Chunk) -> bytes:
    """The file with the length of its sound that is there."""
    n_bytes = len(content) - sound.begin + (layout.head if layout.counts_head else 0)
    largest = (1 << 8 * layout.size_bytes) - 1
    field = min(n_bytes, largest).to_bytes(layout.size_bytes, layout.order)
    return content[: sound.begin - layout.size_bytes] + field + content[sound.begin :]
