"""Suggestions for misspelt names: keys of YAML, lists and rules of a grammar, commands and options."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SIMILAR = 0.6  # ratio of difflib from which a name is suggested; lower → more suggestions, and sillier ones


def did_you_mean(given: str, known: Iterable[str], least: float = SIMILAR) -> str:
    """Return "; did you mean 'threshold'?" with the most similar name that is known, or "" if none is similar."""
    from difflib import get_close_matches  # noqa: PLC0415 # wanted only where something is wrong

    close = get_close_matches(given, list(known), n=1, cutoff=least)
    return f"; did you mean '{close[0]}'?" if close else ""
