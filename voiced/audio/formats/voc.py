"""VOC, of Creative's sound cards: blocks of sound, each with its length, its encoding, and often a pause between them.

The decoder takes the headers of all blocks but the first for sound. Here each run of one encoding becomes a WAV.
"""

from __future__ import annotations

import struct
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from voiced.audio.formats.contents import CUT, Contents

if TYPE_CHECKING:
    from collections.abc import Iterator

END, SOUND, MORE, PAUSE, EXTENDED, NEW_SOUND = 0, 1, 2, 3, 8, 9  # types of blocks
MOST_SILENT_SAMPLES, MOST_CHANNELS = 100_000, 8  # in a pause
MOST_PAUSES = 100
LARGEST = (1 << 32) - 1
UNKNOWN_BYTES = (1 << 24) - 1  # a length that was written before it was known
WAV_CODES = {0: (1, 8), 4: (1, 16), 6: (6, 8), 7: (7, 8)}  # encoding → the same in a WAV, and bits of a sample


class _Sound(NamedTuple):
    """How samples are written."""

    rate: int  # Hz
    channels: int
    code: int  # of the encoding

    def wav(self, content: bytes) -> bytes:
        """A WAV of such samples."""
        code, bits = WAV_CODES[self.code]
        frame = self.channels * bits // 8
        form = struct.pack("<HHIIHH", code, self.channels, self.rate, min(self.rate * frame, LARGEST), frame, bits)
        chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(content)) + content
        return b"RIFF" + struct.pack("<I", len(chunks)) + chunks

    def silence(self, seconds: float) -> bytes:
        """Samples of silence; of a long one only the beginning."""
        value = {0: b"\x80", 4: b"\0\0", 6: b"\xd5", 7: b"\xff"}.get(self.code, b"")
        return value * min(round(seconds * self.rate), MOST_SILENT_SAMPLES) * min(self.channels, MOST_CHANNELS)


def contents_of(content: bytes) -> Contents:
    """The sound of a VOC file; as it is if it has an encoding that WAV files have not."""
    runs = list(_runs(content))
    if not runs or any(sound.code not in WAV_CODES or not sound.rate or not sound.channels for sound, _, _ in runs):
        return Contents((content,))
    joined = ((sound, b"".join(piece for _, piece, _ in run)) for sound, run in groupby(runs, key=lambda each: each[0]))
    parts = tuple(sound.wav(samples) for sound, samples in joined)
    return Contents(parts, CUT if any(is_cut for _, _, is_cut in runs) else "")


def _runs(content: bytes) -> Iterator[tuple[_Sound, bytes, bool]]:
    """Yield each block of sound: how it is written, its samples, and whether the file ends too early."""
    sound = described = _Sound(0, 0, 0)  # the latter: by a block in front
    n_pauses = 0
    for kind, block, is_cut in _blocks(content):
        samples = block
        if kind == EXTENDED and len(block) >= 4:  # noqa: PLR2004
            constant, code, others = struct.unpack_from("<HBB", block)
            described = _Sound(256_000_000 // ((others + 1) * (65_536 - constant)), others + 1, code)
            continue
        if kind == SOUND and len(block) >= 2:  # noqa: PLR2004 # rate and encoding
            sound = described if described.rate else _Sound(1_000_000 // (256 - block[0]), 1, block[1])
            described, samples = _Sound(0, 0, 0), block[2:]
        elif kind == NEW_SOUND and len(block) >= 12:  # noqa: PLR2004 # its header
            rate, _bits, channels, code = struct.unpack_from("<IBBH", block)
            sound, samples = _Sound(rate, channels, code), block[12:]
        elif kind == PAUSE and len(block) >= 3 and n_pauses < MOST_PAUSES:  # noqa: PLR2004 # its length, and at which rate
            n_pauses += 1
            samples = sound.silence((int.from_bytes(block[:2], "little") + 1) * (256 - block[2]) / 1e6)
        elif kind != MORE:
            continue
        yield sound, samples, is_cut


def _blocks(content: bytes) -> Iterator[tuple[int, bytes, bool]]:
    """Yield each block: type, content, and whether it is longer than the file."""
    at = int.from_bytes(content[20:22], "little")
    while at + 4 <= len(content) and content[at] != END:
        size = int.from_bytes(content[at + 1 : at + 4], "little")
        begin, end = at + 4, at + 4 + size
        yield content[at], content[begin:end], end > len(content) and size < UNKNOWN_BYTES
        at = end
