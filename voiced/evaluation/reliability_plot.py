"""A plot of confidence against truth: a square, a diagonal, a dot for each bin. Only draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from voiced.evaluation.picture import BLUE, GREY, LIGHT, blank, save
from voiced.evaluation.picture import write as write_text

if TYPE_CHECKING:
    from pathlib import Path

    from voiced.evaluation.picture import Picture
    from voiced.evaluation.scoring import Reliability

SIDE, MARGIN = 400, 50  # pixels: the square of the plot, and around it
DOT = (3, 14)  # radius in pixels of a bin with one trial, and with nearly all of them


def write(path: Path, reliability: Reliability) -> None:
    """Draw it; VoicedError if the file cannot be written."""
    save(path, drawn(reliability))


def drawn(reliability: Reliability) -> Picture:
    """Pixels, shape (height, width, 3): confidence to the right, the share that was right upwards."""
    picture = blank(SIDE + 2 * MARGIN, SIDE + 2 * MARGIN)
    for tenth in range(11):
        row, column = _at(tenth / 10, tenth / 10)
        picture[row, MARGIN : MARGIN + SIDE] = LIGHT
        picture[MARGIN : MARGIN + SIDE, column] = LIGHT
        if tenth % 2 == 0:
            write_text(picture, f"{tenth / 10:.1f}", row - 5, 18)
            write_text(picture, f"{tenth / 10:.1f}", MARGIN + SIDE + 8, column - 11)
    for step in range(SIDE):
        picture[_at(step / SIDE, step / SIDE)] = GREY
    write_text(picture, "right", 20, MARGIN)
    write_text(picture, "confidence", MARGIN + SIDE + 26, MARGIN + SIDE - 78)
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
