"""AU and NIST SPHERE: a header, then the sound to the end of the file."""

from __future__ import annotations

import re

from voiced.audio.formats.chunks import UNKNOWN_BYTES
from voiced.audio.formats.contents import CUT, Contents

AU_HEADER_BYTES = 24
NIST_NUMBER = re.compile(rb"^(channel_count|sample_count|sample_n_bytes) -i (\d{1,12})\s*$", re.MULTILINE)


def au(content: bytes) -> Contents:
    """The sound of an AU file; its length may be unknown, and is then put in."""
    order = "big" if content[:4] == b".snd" else "little"
    begin = int.from_bytes(content[4:8], order)  # type: ignore[arg-type] # one of two words
    size = int.from_bytes(content[8:12], order)  # type: ignore[arg-type]
    there = max(0, len(content) - max(begin, AU_HEADER_BYTES))
    if size and size <= there:
        return Contents((content,))
    known = min(there, (1 << 32) - 1).to_bytes(4, order)  # type: ignore[arg-type]
    return Contents((content[:8] + known + content[12:],), CUT if there < size < UNKNOWN_BYTES else "")


def nist(content: bytes) -> Contents:
    """The sound of a NIST SPHERE file, as in speech corpora."""
    first_line, length = content[:16].split(b"\n")[:2]
    assert first_line == b"NIST_1A", "told apart by this"
    header = int(length) if length.strip().isdigit() else 1024
    numbers = {name: int(number) for name, number in NIST_NUMBER.findall(content[:header])}
    if len(numbers) < 3:  # noqa: PLR2004 # the decoder judges
        return Contents((content,))
    n_bytes = numbers[b"sample_count"] * numbers[b"channel_count"] * numbers[b"sample_n_bytes"]
    return Contents((content,), CUT if header + n_bytes > len(content) else "")
