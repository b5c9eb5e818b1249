"""Which words Whisper may have made up, and where to listen again: unlikely words with silence on either side.

The rules are the reference implementation's. Knows segments with words, and no network.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from voiced.whisper.transcription.values import CLOSING_MARKS, FRAMES_PER_SECOND, OPENING_MARKS, SegmentedWindow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.whisper.transcription.values import Segment, Window, Word

PUNCTUATION = OPENING_MARKS + CLOSING_MARKS
N_FIRST_WORDS = 8  # of a segment; they show what it is
UNLIKELY_PROBABILITY = 0.15  # probability of a word
SHORTEST_WORD_SECONDS, LONGEST_WORD_SECONDS = 0.133, 2.0  # seconds of a usual word
ANOMALOUS_SCORE = 3.0  # score
EDGE_SECONDS = 2.0  # seconds from the window's ends that count as silence


def without_hallucinations(
    window: Window, cut: SegmentedWindow, last_speech: float, n_frames: int, threshold: float
) -> SegmentedWindow:
    """Made-up words dropped, and silence of more than `threshold` seconds skipped; `n_frames` has the recording."""
    if leading := _leading_silence(window, cut.segments, threshold):
        return SegmentedWindow([], window.seek + leading, is_complete=False)  # what follows it is heard again
    end = end_of_speech(cut.segments, window.start)
    if not cut.is_complete and window.start < end and window.end - end <= threshold:
        cut = replace(cut, seek=window.seek + window.n_frames)
    return _ended_before_hallucination(window, cut, last_speech, n_frames, threshold)


def end_of_speech(segments: Sequence[Segment], otherwise: float) -> float:
    """When the last word ends; `otherwise` if there is nothing."""
    ends = [word.end for segment in segments for word in segment.words] or [segment.end for segment in segments]
    return ends[-1] if ends else otherwise


def _leading_silence(window: Window, segments: Sequence[Segment], threshold: float) -> int:
    """Mel frames before the window's first words, if these may have been made up in so long a silence; else 0."""
    first = next((segment for segment in segments if segment.words), None)
    if first is None or not is_anomalous(first):
        return 0
    gap = first.start - window.start
    return round(gap * FRAMES_PER_SECOND) if gap > threshold else 0


def _ended_before_hallucination(
    window: Window, cut: SegmentedWindow, last_speech: float, n_frames: int, threshold: float
) -> SegmentedWindow:
    """SegmentedWindow short before the first anomalous segment with silence, or another one, on either side."""
    for i, segment in enumerate(cut.segments):
        if not segment.words:
            continue
        following = next((other for other in cut.segments[i + 1 :] if other.words), None)
        if is_anomalous(segment) and _is_alone(segment, following, window, last_speech, threshold):
            is_last = n_frames / FRAMES_PER_SECOND - segment.end < threshold
            seek = n_frames if is_last else round(max(window.start + 1, segment.start) * FRAMES_PER_SECOND)
            return SegmentedWindow(cut.segments[:i], seek, is_complete=False)
        last_speech = segment.end
    return cut


def _is_alone(
    segment: Segment, following: Segment | None, window: Window, last_speech: float, threshold: float
) -> bool:
    next_start = following.words[0].start if following else window.start + window.duration
    silence_before = (
        segment.start - last_speech > threshold
        or segment.start < threshold
        or segment.start - window.start < EDGE_SECONDS
    )
    silence_after = (
        next_start - segment.end > threshold
        or (following is not None and is_anomalous(following))
        or window.end - segment.end < EDGE_SECONDS
    )
    return silence_before and silence_after


def is_anomalous(segment: Segment) -> bool:
    """Its first words are too many unlikely, hasty or drawn-out ones."""
    words = [word for word in segment.words if word.text not in PUNCTUATION][:N_FIRST_WORDS]
    score = sum(_score(word) for word in words)
    return bool(segment.words) and (score >= ANOMALOUS_SCORE or score + 0.01 >= len(words))


def _score(word: Word) -> float:
    duration = word.end - word.start
    score = 1.0 if word.probability < UNLIKELY_PROBABILITY else 0.0
    if duration < SHORTEST_WORD_SECONDS:
        score += (SHORTEST_WORD_SECONDS - duration) * 15
    if duration > LONGEST_WORD_SECONDS:
        score += duration - LONGEST_WORD_SECONDS
    return score
