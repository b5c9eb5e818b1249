"""Pictures as PNG, drawn by hand: pixels, letters, and the file format.

The library that everybody plots with would be the largest dependency but one, for a few simple pictures. Knows nothing
of what is drawn.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from voiced.errors import VoicedError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    Picture: TypeAlias = npt.NDArray[np.uint8]  # shape (height, width, 3)

WHITE, GREY, LIGHT, BLUE, BLACK = (255, 255, 255), (150, 150, 150), (225, 225, 225), (31, 90, 180), (0, 0, 0)
ENLARGED = 2  # pixels for one of a letter

# letters of 3 by 5 pixels, a row a number, the highest bit left
GLYPHS = {
    "0": (7, 5, 5, 5, 7), "1": (2, 6, 2, 2, 7), "2": (7, 1, 7, 4, 7), "3": (7, 1, 7, 1, 7), "4": (5, 5, 7, 1, 1),
    "5": (7, 4, 7, 1, 7), "6": (7, 4, 7, 5, 7), "7": (7, 1, 2, 2, 2), "8": (7, 5, 7, 5, 7), "9": (7, 5, 7, 1, 7),
    ".": (0, 0, 0, 0, 2), " ": (0, 0, 0, 0, 0), "c": (0, 7, 4, 4, 7), "d": (1, 7, 5, 5, 7), "e": (7, 5, 7, 4, 7),
    "f": (3, 2, 7, 2, 2), "g": (7, 5, 7, 1, 7), "h": (4, 4, 7, 5, 5), "i": (2, 0, 2, 2, 2), "n": (0, 6, 5, 5, 5),
    "a": (0, 3, 5, 5, 3), "k": (4, 5, 6, 6, 5), "l": (6, 2, 2, 2, 7), "m": (0, 5, 7, 5, 5), "p": (0, 6, 5, 6, 4),
    "s": (0, 3, 6, 1, 6), "u": (0, 5, 5, 5, 3), "b": (4, 6, 5, 5, 6), "%": (5, 1, 2, 4, 5), "-": (0, 0, 7, 0, 0),
    "o": (0, 7, 5, 5, 7), "r": (0, 7, 4, 4, 4), "t": (2, 7, 2, 2, 3),
}  # fmt: skip


def blank(height: int, width: int) -> Picture:
    """A white picture."""
    return np.full((height, width, 3), WHITE, np.uint8)


def save(path: Path, picture: Picture) -> None:
    """As a PNG file; VoicedError if it cannot be written."""
    try:
        path.write_bytes(png(picture))
    except OSError as error:
        raise VoicedError(f"{path}: cannot be written: {error.strerror}") from error


def write(picture: Picture, text: str, row: int, column: int) -> None:
    """Small letters, digits and a few marks; row and column are those of the upper left corner."""
    for letter in text:
        rows = np.array([[bits >> shift & 1 for shift in (2, 1, 0)] for bits in GLYPHS[letter]], bool)
        shape = rows.repeat(ENLARGED, axis=0).repeat(ENLARGED, axis=1)
        picture[row : row + shape.shape[0], column : column + shape.shape[1]][shape] = BLACK
        column += shape.shape[1] + ENLARGED


def png(picture: Picture) -> bytes:
    """A PNG of 8 bits a colour, as its specification has it."""
    height, width, _ = picture.shape
    lines = b"".join(b"\0" + line.tobytes() for line in picture)  # 0: the line is not filtered
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
