"""A plot of delays: of how many commands in a hundred was the action handed over by then? Only draws.

A line for each condition, the first one dark, and a grey one for a fixed silence, without any time to recognise.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from voiced.evaluation.picture import BLUE, GREY, LIGHT, blank, save, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from voiced.evaluation.latency import Reply
    from voiced.evaluation.picture import Picture

WIDTH, HEIGHT, MARGIN = 500, 300, 50  # pixels: the field of the plot, and around it
LONGEST = 2.0  # seconds shown
PALE = (130, 170, 225)


def drawn(replies: Sequence[Reply]) -> Picture:
    """Pixels, shape (height, width, 3): seconds from the end of the speech to the right, commands upwards."""
    picture = blank(HEIGHT + 2 * MARGIN, WIDTH + 2 * MARGIN)
    for tenths in range(0, round(10 * LONGEST) + 1, 2):
        column = _column(tenths / 10)
        picture[MARGIN : MARGIN + HEIGHT + 1, column] = LIGHT
        if tenths % 4 == 0:
            write(picture, f"{tenths / 10:.1f}", MARGIN + HEIGHT + 8, column - 11)
    for percent in range(0, 101, 25):
        row = _row(percent / 100)
        picture[row, MARGIN : MARGIN + WIDTH + 1] = LIGHT
        write(picture, f"{percent}%", row - 5, 8)
    write(picture, "published s after the end of speech", MARGIN + HEIGHT + 26, MARGIN)
    _line(picture, [reply.fixed for reply in replies], GREY)
    groups = [list(group) for _, group in groupby(replies, key=lambda reply: reply.trial.condition)]
    for number, group in reversed(list(enumerate(groups))):
        _line(picture, [reply.published for reply in group], PALE if number else BLUE)
    return picture


def save_plot(path: Path, replies: Sequence[Reply]) -> None:
    """Draw it; VoicedError if the file cannot be written."""
    save(path, drawn(replies))


def _line(picture: Picture, delays: Sequence[float], colour: tuple[int, int, int]) -> None:
    """A staircase: up at each delay."""
    ordered = np.sort(delays)
    for column in range(MARGIN, MARGIN + WIDTH):
        here, before = (
            np.searchsorted(ordered, (column - MARGIN - back) / WIDTH * LONGEST, side="right") / len(ordered)
            for back in (0, 1)
        )
        picture[_row(here) - 1 : _row(before) + 1, column : column + 2] = colour


def _column(seconds: float) -> int:
    return MARGIN + round(seconds / LONGEST * WIDTH)


def _row(share: float) -> int:
    return MARGIN + round((1 - share) * HEIGHT)
