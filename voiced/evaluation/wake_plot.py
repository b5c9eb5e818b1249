"""A plot of a wake word's scores over time, and of what the second look believed and refused. Only draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.evaluation.picture import BLUE, GREY, LIGHT, blank, save, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HEIGHT, MARGIN = 200, 40  # pixels: the field of the plot, and around it
NARROWEST, WIDEST = 300, 4_000
SECOND = 12.5  # frames
REFUSED = (200, 60, 40)


def save_plot(path: Path, scores: Sequence[float], threshold: float, wakes: Sequence[tuple[int, bool]]) -> None:
    """`wakes`: frame, and whether the second look believed it; VoicedError if the file cannot be written."""
    width = max(NARROWEST, min(WIDEST, 2 * len(scores)))
    per_frame = width / max(1, len(scores))
    picture = blank(HEIGHT + 2 * MARGIN, width + 2 * MARGIN)
    every = max(1, round(60 / (per_frame * SECOND))) * SECOND  # frames between the lines
    for number in range(int(len(scores) / every) + 1):
        column = MARGIN + round(number * every * per_frame)
        picture[MARGIN : MARGIN + HEIGHT, column] = LIGHT
        write(picture, f"{number * every / SECOND:.0f}", MARGIN + HEIGHT + 8, column - 4)
    for score in (0.0, 0.5, 1.0):
        write(picture, f"{score:.1f}", _row(score) - 5, 8)
    picture[_row(threshold), MARGIN : MARGIN + width] = GREY
    for frame, accepted in wakes:
        column = MARGIN + round(frame * per_frame)
        picture[MARGIN - 12 : MARGIN - 2, column : column + 3] = BLUE if accepted else REFUSED
    last = _row(0)
    for column in range(width):
        frame = min(len(scores) - 1, int(column / per_frame))
        row = _row(scores[frame]) if scores else last
        picture[min(row, last) : max(row, last) + 2, MARGIN + column : MARGIN + column + 2] = BLUE
        last = row
    save(path, picture)


def _row(score: float) -> int:
    return MARGIN + round((1 - score) * (HEIGHT - 2))
