"""Segments → captions: which words stand on the screen together, on how many lines. Knows no file format.

Segments without words are captions as they are. With words, a caption may be narrower, shorter, or have each word
marked while it is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from voiced.whisper.transcription.values import Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from voiced.whisper.transcription.values import Segment

LONG_PAUSE_SECONDS = (
    3.0  # between the beginnings of two words; a caption does not last over it (openai/whisper's value)
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How captions look; None: no limit. Needs segments with words. ValueError for limits below 1."""

    max_line_width: int | None = None  # characters
    max_line_count: int | None = None  # lines in a caption; with max_line_width captions may join segments
    max_words_per_line: int | None = None  # words in a caption; no effect where captions join segments
    highlight_words: bool = False  # underline each word while it is said

    def __post_init__(self) -> None:
        limits = (self.max_line_width, self.max_line_count, self.max_words_per_line)
        if any(limit is not None and limit < 1 for limit in limits):
            raise ValueError("a caption has at least one character, word and line")

    @property
    def joins_segments(self) -> bool:
        """Whether a caption may hold words of several segments."""
        return self.max_line_width is not None and self.max_line_count is not None


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands on the screen at once, and when: seconds from the beginning of the recording."""

    start: float  # seconds
    end: float  # seconds
    text: str  # one line or more
    said: tuple[int, int] = (0, 0)  # first and last + 1 character of the word that is highlighted; equal if none is


def captions(segments: Iterable[Segment], layout: Layout) -> Iterator[Caption]:
    """Yield captions as the segments come."""
    for lines in _screens(segments, layout):
        caption = Caption(
            lines[0][0].start, lines[-1][-1].end, "\n".join("".join(it.text for it in line) for line in lines)
        )
        yield from _highlighted(caption, lines) if layout.highlight_words else [caption]


def _screens(segments: Iterable[Segment], layout: Layout) -> Iterator[list[list[Word]]]:
    """Yield the words that stand on the screen together, line by line."""
    lines: list[list[Word]] = []
    previous = 0.0  # when the word before began
    for segment in segments:
        n_words = layout.max_words_per_line or len(segment.words) or 1
        for i, word in enumerate(_words(segment)):
            # Does a new caption begin here? After a long pause; or, unless segments are joined, at each segment's first
            # word and after every n_words.
            is_late = layout.joins_segments and word.start - previous > LONG_PAUSE_SECONDS
            is_next = not layout.joins_segments and i % n_words == 0
            is_full = layout.max_line_count is not None and len(lines) >= layout.max_line_count
            # A word goes on the line, else on a new line, else on a new screen.
            if lines and _has_room(lines[-1], word, layout) and not is_late and not is_next:
                lines[-1].append(word)
            else:
                if lines and (is_late or is_next or is_full):
                    yield lines
                    lines = []
                lines.append([replace(word, text=word.text.strip())])
            # Pauses are measured from beginning to beginning, as openai/whisper does it.
            previous = word.start
    if lines:
        yield lines


def _has_room(line: Sequence[Word], word: Word, layout: Layout) -> bool:
    # Characters; every word brings its space.
    width = sum(len(it.text) for it in line) + len(word.text)
    return layout.max_line_width is None or width <= layout.max_line_width


def _words(segment: Segment) -> list[Word]:
    """Words of a segment, which is one itself if it has none; without line ends and arrows, which mean something."""
    # SRT and VTT end a caption at an empty line, and write --> between its times.
    words = segment.words or (Word(segment.text, segment.start, segment.end, 1.0),)
    return [replace(word, text=re.sub(r"\s+", " ", word.text).replace("-->", "->")) for word in words]


def _highlighted(caption: Caption, lines: Sequence[Sequence[Word]]) -> Iterator[Caption]:
    """Yield the caption once for each word, with that word highlighted, and without in the pauses between."""
    # `now`: up to when captions have been yielded; `position`: where the next word begins in the caption's text.
    now, position = caption.start, 0
    for line in lines:
        for word in line:
            if now != word.start:
                yield replace(caption, start=now, end=word.start)
            # The space before a word is not underlined.
            begin = position + len(word.text) - len(word.text.lstrip())
            position += len(word.text)
            yield replace(caption, start=word.start, end=word.end, said=(begin, position))
            now = word.end
        position += 1  # the end of the line
