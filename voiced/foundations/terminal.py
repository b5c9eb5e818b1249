"""Text on a terminal: colours, line width, and a bar. Knows nothing of what is printed."""

from __future__ import annotations

import os
import shutil
import textwrap
from typing import Protocol, TextIO

COLOURS = {"red": 31, "green": 32, "yellow": 33, "bold": 1, "dim": 2}  # SGR parameters of ECMA-48
NARROWEST = 40  # columns; a terminal that says less is not believed


class Print(Protocol):
    """Prints one text, as the built-in `print` does."""

    def __call__(self, text: str, /, *, end: str = "\n", flush: bool = False) -> None: ...


def bar(share: float, width: int) -> str:
    """A bar of `width` characters and two edges, of which `share` (0 to 1, clipped) is filled: `|###   |`."""
    filled = round(max(0.0, min(1.0, share)) * width)
    return f"|{'#' * filled}{' ' * (width - filled)}|"


def painted(text: str, colour: str, stream: TextIO) -> str:
    """Return `text` in one of COLOURS, or as it is where none is shown: pipes, files, NO_COLOR (no-color.org)."""
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb" or not stream.isatty()
    return text if plain else f"\x1b[{COLOURS[colour]}m{text}\x1b[0m"


def width() -> int:
    """Columns of the terminal: COLUMNS if it is set, else what the terminal says, else 80."""
    return max(NARROWEST, shutil.get_terminal_size().columns)


def wrapped(text: str, stream: TextIO) -> str:
    """Return prose with its lines broken at words to fit the terminal; unchanged if `stream` is none.

    Lines that begin with a space are commands or tables, and stay whole: they are there to be copied.
    """
    if not stream.isatty():
        return text
    lines = (
        line if line[:1].isspace() else textwrap.fill(line, width(), break_on_hyphens=False)
        for line in text.split("\n")
    )
    return "\n".join(lines)
