"""What commands need of a terminal. Knows nothing of what is printed."""

from __future__ import annotations

from typing import Protocol


class Print(Protocol):
    """Prints one text, as the built-in `print` does."""

    def __call__(self, text: str, /, *, end: str = "\n", flush: bool = False) -> None: ...
