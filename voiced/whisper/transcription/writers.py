"""Segments → txt, srt, vtt, tsv and json as openai/whisper's `ResultWriter`s write them, lrc and csv.

Makes blocks of text, no files. A line feed belongs behind every block. Except for json, blocks come as the segments do,
so that an interrupted transcription leaves a valid file.
"""

from __future__ import annotations

import html
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from voiced.whisper.transcription.captions import Caption, Layout, captions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.whisper.transcription.values import Segment


class Writer(Protocol):
    """Writes one format."""

    def __call__(self, segments: Iterable[Segment], language: str, layout: Layout) -> Iterator[str]:
        """Yield blocks of text; only captions (srt, vtt) have a layout, only json tells the language."""


def txt(segments: Iterable[Segment], language: str, layout: Layout) -> Iterator[str]:  # noqa: ARG001 # see Writer
    """One line a segment."""
    for segment in segments:
        yield segment.text.strip()


# A caption of SRT, and of VTT, which has no number and a point instead of the comma:
#
#     1
#     00:00:00,000 --> 00:00:01,200
#     The <u>kitchen</u> lights are on.


def srt(segments: Iterable[Segment], language: str, layout: Layout) -> Iterator[str]:  # noqa: ARG001 # see Writer
    """SubRip: numbered captions, times with a comma."""
    for number, caption in enumerate(captions(segments, layout), start=1):
        times = f"{clock(caption.start, ',')} --> {clock(caption.end, ',')}"
        yield f"{number}\n{times}\n{_marked(*_parts(caption))}\n"


def vtt(segments: Iterable[Segment], language: str, layout: Layout) -> Iterator[str]:  # noqa: ARG001 # see Writer
    """WebVTT (W3C): times with a point. Text is escaped, since <, > and & mark it up there."""
    yield "WEBVTT\n"
    for caption in captions(segments, layout):
        escaped = (html.escape(part, quote=False) for part in _parts(caption))
        yield f"{clock(caption.start)} --> {clock(caption.end)}\n{_marked(*escaped)}\n"


def tsv(segments: Iterable[Segment], language: str, layout: Layout) -> Iterator[str]:  # noqa: ARG001 # see Writer
    """Tab-separated start, end and text."""
    # Times are whole milliseconds, which are read alike in every country.
    yield "start\tend\ttext"
    for segment in segments:
        text = " ".join(segment.text.split())
        yield f"{round(1000 * segment.start)}\t{round(1000 * segment.end)}\t{text}"


def csv_(segments: Iterable[Segment], language: str, layout: Layout) -> Iterator[str]:  # noqa: ARG001 # see Writer
    """Comma-separated start, end (whole milliseconds) and text, quoted as in RFC 4180."""
    # A mark within quotes is doubled.
    yield "start,end,text"
    for segment in segments:
        text = " ".join(segment.text.split()).replace('"', '""')
        yield f'{round(1000 * segment.start)},{round(1000 * segment.end)},"{text}"'


# Lyrics: minutes, seconds and hundredths; an empty line of its own ends what is not sung on:
#
#     [00:01.20]The kitchen lights are on.
#     [00:03.00]


def lrc(segments: Iterable[Segment], language: str, layout: Layout) -> Iterator[str]:  # noqa: ARG001 # see Writer
    """Lyrics: a line for each caption, with its beginning; a time alone where a pause follows."""
    end: float | None = None
    for caption in captions(segments, replace(layout, highlight_words=False)):
        # A pause: what was said before is over.
        if end is not None and caption.start > end:
            yield f"[{_lyrics_clock(end)}]"
        end = caption.end
        yield f"[{_lyrics_clock(caption.start)}]{' '.join(caption.text.split())}"
    if end is not None:
        yield f"[{_lyrics_clock(end)}]"


def json_(segments: Iterable[Segment], language: str, layout: Layout) -> Iterator[str]:  # noqa: ARG001 # see Writer
    """One object with all segments, by openai/whisper's keys."""
    found = list(segments)
    report = {
        "text": "".join(segment.text for segment in found),
        "segments": [_fields(i, segment) for i, segment in enumerate(found)],
        "language": language,
    }
    yield json.dumps(report, ensure_ascii=False)


WRITERS: dict[str, Writer] = {"txt": txt, "srt": srt, "vtt": vtt, "lrc": lrc, "tsv": tsv, "csv": csv_, "json": json_}


def clock(seconds: float, mark: str = ".") -> str:
    """Seconds → `00:01:02.345`, with this decimal mark."""
    # Rounded first, so that 59.9996 s becomes a whole minute.
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}{mark}{milliseconds % 1000:03}"


def _lyrics_clock(seconds: float) -> str:
    """Seconds → `62:02.35`: minutes go on counting."""
    minutes, hundredths = divmod(round(seconds * 100), 6000)
    return f"{minutes:02}:{hundredths // 100:02}.{hundredths % 100:02}"


def _parts(caption: Caption) -> tuple[str, str, str]:
    """Split a caption's text into what stands before, in and behind the highlighted word."""
    begin, end = caption.said
    return caption.text[:begin], caption.text[begin:end], caption.text[end:]


def _marked(before: str, said: str, after: str) -> str:
    """Join the three again, with the highlighted word underlined."""
    return f"{before}<u>{said}</u>{after}" if said else before + after


def _fields(number: int, segment: Segment) -> dict[str, Any]:
    """Keys of a segment in openai/whisper's JSON, in its order."""
    # Keys that are absent in openai/whisper's output without word timestamps are absent here, too.
    words = [
        {"word": word.text, "start": word.start, "end": word.end, "probability": word.probability}
        for word in segment.words
    ]
    return {
        "id": number,
        "seek": segment.seek,
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "tokens": list(segment.tokens),
        "temperature": segment.temperature,
        "avg_logprob": segment.avg_logprob,
        "compression_ratio": segment.compression_ratio,
        "no_speech_prob": segment.no_speech_prob,
    } | ({"words": words} if words else {})
