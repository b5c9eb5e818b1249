"""A window's text → segments: two timestamps in a row end one segment and begin the next. Knows no network.

The rules are those of the main loop in openai/whisper's `transcribe.py`. A window that another one follows leaves its
unfinished last segment to that; a window on its own keeps it.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from voiced.whisper.tokenizer import SECONDS_PER_TIMESTAMP
from voiced.whisper.transcription.values import Segment, SegmentedWindow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.whisper.decoding import DecodingResult
    from voiced.whisper.tokenizer import Tokenizer
    from voiced.whisper.transcription.values import Window

FRAMES_PER_TIMESTAMP = 2  # mel frames of 10 ms in the 20 ms from one timestamp to the next


def cut_window(
    result: DecodingResult, window: Window, tokenizer: Tokenizer, *, is_last: bool = False
) -> SegmentedWindow:
    """Cut a window's text into segments at pairs of timestamps; without a pair, all is one segment.

    What comes behind the last pair is decoded again, in the next window; unless a single timestamp ends the text: then
    nobody speaks after it. `is_last`: no window follows that would hear the rest, so it is a segment, too.
    """
    begin, tokens = tokenizer.timestamp_begin, result.tokens
    is_time = [tokenizer.is_timestamp(token) for token in tokens]
    is_complete = is_time[-2:] == [False, True]
    # For <0.00> a b <1.00> <1.00> c d <2.00> <2.00> e: edges 0, 4 and 8; "e" is cut off and will be decoded again.
    edges = [0, *(i for i in range(1, len(tokens)) if is_time[i - 1] and is_time[i])]
    # No pair: one segment up to the last timestamp, or to the end of the window.
    if len(edges) == 1:
        last = next((token for token in reversed(tokens) if token > begin and tokenizer.is_timestamp(token)), None)
        end = window.duration if last is None else (last - begin) * SECONDS_PER_TIMESTAMP
        segment = _segment(tokens, (0.0, end), result, window, tokenizer)
        return SegmentedWindow([segment], window.seek + window.n_frames, is_complete)
    if is_complete or (is_last and not all(is_time[edges[-1] :])):
        edges.append(len(tokens))
    # Each part is timestamp, text, timestamp.
    parts = [tokens[start:end] for start, end in pairwise(edges)]
    segments = [_segment(part, _times(part, tokenizer, window), result, window, tokenizer) for part in parts]
    # The next window begins at the last timestamp of the last part.
    is_over = is_complete or is_last
    done = window.n_frames if is_over else (parts[-1][-1] - begin) * FRAMES_PER_TIMESTAMP
    return SegmentedWindow(segments, window.seek + done, is_complete)


def _times(tokens: Sequence[int], tokenizer: Tokenizer, window: Window) -> tuple[float, float]:
    """First and last timestamp in seconds from the window's beginning; without them, the ends of the window."""
    # A text that was cut off by the limit has no last timestamp; one without timestamps has neither.
    begin, is_timestamp = tokenizer.timestamp_begin, tokenizer.is_timestamp
    start = (tokens[0] - begin) * SECONDS_PER_TIMESTAMP if is_timestamp(tokens[0]) else 0.0
    end = (tokens[-1] - begin) * SECONDS_PER_TIMESTAMP if is_timestamp(tokens[-1]) else window.duration
    return start, end


def _segment(
    tokens: tuple[int, ...],
    times: tuple[float, float],
    result: DecodingResult,
    window: Window,
    tokenizer: Tokenizer,
) -> Segment:
    return Segment(
        start=window.start + times[0],
        end=window.start + times[1],
        text=tokenizer.decode(token for token in tokens if tokenizer.is_text(token)),
        tokens=tokens,
        seek=window.seek,
        temperature=result.temperature,
        avg_logprob=result.avg_logprob,
        compression_ratio=result.compression_ratio,
        no_speech_prob=result.no_speech_prob,
    )


def within(segment: Segment, seconds: float) -> Segment:
    """Return the segment with no time behind `seconds`, where the sound ends: Whisper hears silence behind it."""
    # What begins behind the end keeps the shortest duration there is.
    start, end = min(segment.start, max(0.0, seconds - SECONDS_PER_TIMESTAMP)), min(segment.end, seconds)
    words = tuple(replace(word, start=min(word.start, seconds), end=min(word.end, seconds)) for word in segment.words)
    return replace(segment, start=start if segment.start < segment.end else segment.start, end=end, words=words)
