"""Misses against false wakes, a line for each word, both axes logarithmic. Only draws."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from voiced.evaluation.picture import BLUE, LIGHT, blank, save, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from voiced.evaluation.picture import Picture

    Point = tuple[int, int]  # column, row

WIDTH, HEIGHT, MARGIN = 420, 360, 60  # pixels: the field of the plot, and around it
FALSE = (0.1, 300.0)  # per hour, to the right; none is drawn at the left edge
MISSED = (0.005, 0.5)  # share, upwards
OTHERS = [(200, 60, 40), (60, 150, 70), (150, 90, 170), (220, 150, 40), (90, 90, 90)]


def save_plot(path: Path, missed: str, curves: Sequence[tuple[str, Sequence[tuple[float, float]]]]) -> None:
    """Each curve: a name, and points of (false wakes per hour, share missed); `missed` says of what."""
    picture = blank(HEIGHT + 2 * MARGIN, WIDTH + 2 * MARGIN)
    for false in (0.1, 1, 10, 100):
        picture[MARGIN : MARGIN + HEIGHT, _column(false)] = LIGHT
        write(picture, f"{false:g}", MARGIN + HEIGHT + 8, _column(false) - 8)
    for percent in (0.5, 1, 2, 5, 10, 20, 50):
        picture[_row(percent / 100), MARGIN : MARGIN + WIDTH] = LIGHT
        write(picture, f"{percent:g}%", _row(percent / 100) - 5, 8)
    write(picture, "false per h", MARGIN + HEIGHT + 28, MARGIN)
    write(picture, missed, MARGIN - 24, MARGIN)
    names = list(dict.fromkeys(name for name, _ in curves))
    for name, points in curves:
        colour = [BLUE, *OTHERS][names.index(name) % (1 + len(OTHERS))]
        for (x0, y0), (x1, y1) in pairwise(points):
            _line(picture, (_column(x0), _row(y0)), (_column(x1), _row(y1)), colour)
    save(path, picture)


def _line(picture: Picture, start: Point, end: Point, colour: tuple[int, int, int]) -> None:
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
    for step in range(steps + 1):
        x, y = (round(a + (b - a) * step / steps) for a, b in zip(start, end, strict=True))
        picture[y : y + 2, x : x + 2] = colour


def _column(false: float) -> int:
    return MARGIN + round(_share(false, *FALSE) * (WIDTH - 2))


def _row(missed: float) -> int:
    return MARGIN + round((1 - _share(missed, *MISSED)) * (HEIGHT - 2))


def _share(value: float, low: float, high: float) -> float:
    return math.log(max(low, min(high, value)) / low) / math.log(high / low)
