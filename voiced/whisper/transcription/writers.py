"""Segments → the formats that Whisper's users know: txt, srt, vtt, tsv, json. Knows no files: it makes blocks of text.

Every block is to be followed by a line feed. But for json they come as the segments do, so that what was written is
whole whenever it ends.
"""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any, Protocol

from voiced.whisper.transcription.captions import Caption, Layout, captions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.whisper.transcription.values import Segment


class Writer(Protocol):
    def __call__(self, segments: Iterable[Segment], language: str, layout: Layout) -> Iterator[str]:
        """Blocks of text; only captions have a layout, only json tells the language."""


def txt(segments: Iterable[Segment], language: str, layout: Layout) -> Iterator[str]:  # noqa: ARG001 # see Writer
    for segment in segments:
        yield segment.text.strip()


def srt(segments: Iterable[Segment], language: str, layout: Layout) -> Iterator[str]:  # noqa: ARG001 # see Writer
    for number, caption in enumerate(captions(segments, layout), start=1):
        times = f"{clock(caption.start, ',')} --> {clock(caption.end, ',')}"
        yield f"{number}\n{times}\n{_marked(*_parts(caption))}\n"


def vtt(segments: Iterable[Segment], language: str, layout: Layout) -> Iterator[str]:  # noqa: ARG001 # see Writer
    yield "WEBVTT\n"
    for caption in captions(segments, layout):
        escaped = (html.escape(part, quote=False) for part in _parts(caption))
        yield f"{clock(caption.start)} --> {clock(caption.end)}\n{_marked(*escaped)}\n"


def tsv(segments: Iterable[Segment], language: str, layout: Layout) -> Iterator[str]:  # noqa: ARG001 # see Writer
    """Times in milliseconds: whole numbers read the same in every country."""
    yield "start\tend\ttext"
    for segment in segments:
        text = " ".join(segment.text.split())
        yield f"{round(1000 * segment.start)}\t{round(1000 * segment.end)}\t{text}"


def json_(segments: Iterable[Segment], language: str, layout: Layout) -> Iterator[str]:  # noqa: ARG001 # see Writer
    found = list(segments)
    report = {
        "text": "".join(segment.text for segment in found),
        "segments": [_fields(i, segment) for i, segment in enumerate(found)],
        "language": language,
    }
    yield json.dumps(report, ensure_ascii=False)


WRITERS: dict[str, Writer] = {"txt": txt, "srt": srt, "vtt": vtt, "tsv": tsv, "json": json_}


def clock(seconds: float, mark: str = ".") -> str:
    """`00:01:02.345`."""
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}{mark}{milliseconds % 1000:03}"


def _parts(caption: Caption) -> tuple[str, str, str]:
    """Before, in and after the word that is highlighted."""
    begin, end = caption.said
    return caption.text[:begin], caption.text[begin:end], caption.text[end:]


def _marked(before: str, said: str, after: str) -> str:
    return f"{before}<u>{said}</u>{after}" if said else before + after


def _fields(number: int, segment: Segment) -> dict[str, Any]:
    """The reference implementation's names and order."""
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
