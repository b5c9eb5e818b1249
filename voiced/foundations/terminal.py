"""Output on a terminal: a print function as a parameter, and a bar. Knows nothing of what is printed."""

from __future__ import annotations

from typing import Protocol


class Print(Protocol):
    """Prints one text, as the built-in `print` does."""

    def __call__(self, text: str, /, *, end: str = "\n", flush: bool = False) -> None: ...


def bar(share: float, width: int) -> str:
    """A bar of `width` characters and two edges, of which `share` (0 to 1, clipped) is filled: `|###   |`."""
    filled = round(max(0.0, min(1.0, share)) * width)
    return f"|{'#' * filled}{' ' * (width - filled)}|"
