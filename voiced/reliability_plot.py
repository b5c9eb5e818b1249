"""A plot of confidence against truth as a PNG, drawn by hand: a square, a diagonal, a dot for each bin.

The library that everybody plots with would be the largest dependency but one, for one picture. Knows nothing of how the
numbers came about.
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

    from voiced.scoring import Reliability

    Picture: TypeAlias = npt.NDArray[np.uint8]

SIDE, MARGIN = 400, 50  # pixels: the square of the plot, and around it
WHITE, GREY, LIGHT, BLUE, BLACK = (255, 255, 255), (150, 150, 150), (225, 225, 225), (31, 90, 180), (0, 0, 0)
DOT = (3, 14)  # radius in pixels of a bin with one trial, and with nearly all of them
ENLARGED = 2  # pixels for one of a letter

# letters of 3 by 5 pixels, a row a number, the highest bit left
GLYPHS = {
    "0": (7, 5, 5, 5, 7), "1": (2, 6, 2, 2, 7), "2": (7, 1, 7, 4, 7), "3": (7, 1, 7, 1, 7), "4": (5, 5, 7, 1, 1),
    "5": (7, 4, 7, 1, 7), "6": (7, 4, 7, 5, 7), "7": (7, 1, 2, 2, 2), "8": (7, 5, 7, 5, 7), "9": (7, 5, 7, 1, 7),
    ".": (0, 0, 0, 0, 2), " ": (0, 0, 0, 0, 0), "c": (0, 7, 4, 4, 7), "d": (1, 7, 5, 5, 7), "e": (7, 5, 7, 4, 7),
    "f": (3, 2, 7, 2, 2), "g": (7, 5, 7, 1, 7), "h": (4, 4, 7, 5, 5), "i": (2, 0, 2, 2, 2), "n": (0, 6, 5, 5, 5),
    "o": (0, 7, 5, 5, 7), "r": (0, 7, 4, 4, 4), "t": (2, 7, 2, 2, 3),
}  # fmt: skip


def write(path: Path, reliability: Reliability) -> None:
    """Draw it; VoicedError if the file cannot be written."""
    try:
        path.write_bytes(png(drawn(reliability)))
    except OSError as error:
        raise VoicedError(f"{path}: cannot be written: {error.strerror}") from error


def drawn(reliability: Reliability) -> Picture:
    """Pixels, shape (height, width, 3): confidence to the right, the share that was right upwards."""
    picture = np.full((SIDE + 2 * MARGIN, SIDE + 2 * MARGIN, 3), WHITE, np.uint8)
    for tenth in range(11):
        row, column = _at(tenth / 10, tenth / 10)
        picture[row, MARGIN : MARGIN + SIDE] = LIGHT
        picture[MARGIN : MARGIN + SIDE, column] = LIGHT
        if tenth % 2 == 0:
            _write(picture, f"{tenth / 10:.1f}", row - 5, 18)
            _write(picture, f"{tenth / 10:.1f}", MARGIN + SIDE + 8, column - 11)
    for step in range(SIDE):
        picture[_at(step / SIDE, step / SIDE)] = GREY
    _write(picture, "right", 20, MARGIN)
    _write(picture, "confidence", MARGIN + SIDE + 26, MARGIN + SIDE - 78)
    total = sum(one.trials for one in reliability.bins)
    for one in reliability.bins:
        radius = DOT[0] + (DOT[1] - DOT[0]) * (one.trials / total) ** 0.5
        _dot(picture, _at(one.confidence, one.right), radius)
    return picture


def _at(confidence: float, right: float) -> tuple[int, int]:
    """Row and column."""
    return MARGIN + round((1 - right) * (SIDE - 1)), MARGIN + round(confidence * (SIDE - 1))


def _dot(picture: Picture, centre: tuple[int, int], radius: float) -> None:
    rows, columns = np.ogrid[: len(picture), : len(picture)]
    distance = np.hypot(rows - centre[0], columns - centre[1])
    picture[distance <= radius] = BLUE


def _write(picture: Picture, text: str, row: int, column: int) -> None:
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
