"""Segments with words, made up: as a transcription would have them."""

from __future__ import annotations

from voiced.whisper.transcription.values import Segment, Word


def segment(start: float, text: str, words: str = "") -> Segment:
    """A second long; each of its words takes a tenth of it."""
    timed = tuple(
        Word(f" {word}", round(start + i / 10, 2), round(start + (i + 1) / 10, 2), 0.5)
        for i, word in enumerate(words.split())
    )
    return Segment(start, start + 1.0, text, (50363, 1), 0, 0.0, -0.25, 1.1, 0.01, timed)


def spoken(start: float, text: str) -> Segment:
    return segment(start, " " + text, text)
