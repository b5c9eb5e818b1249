"""Text on a terminal: colours, line width, and a bar. Knows nothing of what is printed."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from typing import Protocol, TextIO

COLOURS = {"red": 31, "green": 32, "yellow": 33, "bold": 1, "dim": 2}  # SGR parameters of ECMA-48
# C0 and C1 but \t and \n, halves of characters (of names that are no UTF-8), and what turns writing round (UAX 9).
_CONTROLS = re.compile(
    "[\\0-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]"
)
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


def printable(text: str) -> str:
    r"""Return `text` with control characters written as `\x1b`: names and servers may hold commands to the terminal.

    Line breaks and tabs stay; marks that turn the direction of writing round do not, for they hide what follows.
    """
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def printable_json(text: str) -> str:
    r"""Return JSON with control characters inside its strings written as `\u009b`: another way to write equal JSON."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


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
