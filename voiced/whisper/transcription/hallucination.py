"""Hallucinations: which words Whisper may have made up, and where to listen again. Unlikely words between silences.

The rules are those of `hallucination_silence_threshold` in openai/whisper's `transcribe.py`. Knows segments with words,
and no network.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from voiced.whisper.transcription.values import CLOSING_MARKS, FRAMES_PER_SECOND, OPENING_MARKS, SegmentedWindow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.whisper.transcription.values import Segment, Window, Word

PUNCTUATION = OPENING_MARKS + CLOSING_MARKS
# All of these are openai/whisper's values.
N_FIRST_WORDS = 8  # words of a segment that are scored
UNLIKELY_PROBABILITY = 0.15  # a word below it was rather guessed than heard
SHORTEST_WORD_SECONDS, LONGEST_WORD_SECONDS = 0.133, 2.0  # a usual word lies between them
ANOMALOUS_SCORE = 3.0  # of so many unlikely, hasty or drawn-out words a segment is anomalous
POINTS_PER_SECOND_OF_HASTE = 15
EDGE_SECONDS = 2.0  # so close to the window's ends counts as silence


def without_hallucinations(
    window: Window, cut: SegmentedWindow, last_speech: float, n_frames: int, threshold: float
) -> SegmentedWindow:
    """Drop made-up words and skip silence of more than `threshold` seconds; the recording has `n_frames` mel frames."""
    # 1. Silence, then an anomalous segment: listen again from where it begins, without the silence before it.
    if leading := _leading_silence(window, cut.segments, threshold):
        return SegmentedWindow([], window.seek + leading, is_complete=False)
    # 2. A short rest behind the last word is not worth another window.
    end = end_of_speech(cut.segments, window.start)
    if not cut.is_complete and window.start < end and window.end - end <= threshold:
        cut = replace(cut, seek=window.seek + window.n_frames)
    # 3. Drop an anomalous segment with silence around it, with all behind it: the next window begins where it began.
    return _ended_before_hallucination(window, cut, last_speech, n_frames, threshold)


def end_of_speech(segments: Sequence[Segment], otherwise: float) -> float:
    """When the last word ends, or else the last segment, in seconds; `otherwise` if there is nothing."""
    ends = [word.end for segment in segments for word in segment.words] or [segment.end for segment in segments]
    return ends[-1] if ends else otherwise


def _leading_silence(window: Window, segments: Sequence[Segment], threshold: float) -> int:
    """Mel frames before the window's first words, if these are anomalous and so long a silence precedes; else 0."""
    first = next((segment for segment in segments if segment.words), None)
    if first is None or not is_anomalous(first):
        return 0
    gap = first.start - window.start
    return round(gap * FRAMES_PER_SECOND) if gap > threshold else 0


def _ended_before_hallucination(
    window: Window, cut: SegmentedWindow, last_speech: float, n_frames: int, threshold: float
) -> SegmentedWindow:
    """Cut the window before the first anomalous segment with silence, or another such segment, on either side."""
    for i, segment in enumerate(cut.segments):
        if not segment.words:
            continue
        following = next((other for other in cut.segments[i + 1 :] if other.words), None)
        if is_anomalous(segment) and _is_alone(segment, following, window, last_speech, threshold):
            # The recording ends soon: done. Else go on where the made-up segment began, at least a second further.
            is_last = n_frames / FRAMES_PER_SECOND - segment.end < threshold
            seek = n_frames if is_last else round(max(window.start + 1, segment.start) * FRAMES_PER_SECOND)
            return SegmentedWindow(cut.segments[:i], seek, is_complete=False)
        last_speech = segment.end
    return cut


def _is_alone(
    segment: Segment, following: Segment | None, window: Window, last_speech: float, threshold: float
) -> bool:
    """Whether there is silence on both sides of a segment."""
    next_start = following.words[0].start if following else window.start + window.duration
    # Before it: the words before it ended long ago, or it stands at the beginning of the recording or window.
    silence_before = (
        segment.start - last_speech > threshold
        or segment.start < threshold
        or segment.start - window.start < EDGE_SECONDS
    )
    # Behind it: the next words come much later or are made up as well, or the window ends.
    silence_after = (
        next_start - segment.end > threshold
        or (following is not None and is_anomalous(following))
        or window.end - segment.end < EDGE_SECONDS
    )
    return silence_before and silence_after


def is_anomalous(segment: Segment) -> bool:
    """Whether too many of a segment's first words are unlikely, hasty or drawn out."""
    # Of up to eight words: three points, or about one a word if there are fewer.
    words = [word for word in segment.words if word.text not in PUNCTUATION][:N_FIRST_WORDS]
    score = sum(_score(word) for word in words)
    return bool(segment.words) and (score >= ANOMALOUS_SCORE or score + 0.01 >= len(words))


def _score(word: Word) -> float:
    """One point for an unlikely word; up to two for a hasty one; one for each second that it is drawn out."""
    duration = word.end - word.start
    # A word of 0.1 s gets (0.133 - 0.1) * 15 = 0.5, one of 3 s gets 1.
    score = 1.0 if word.probability < UNLIKELY_PROBABILITY else 0.0
    if duration < SHORTEST_WORD_SECONDS:
        score += (SHORTEST_WORD_SECONDS - duration) * POINTS_PER_SECOND_OF_HASTE
    if duration > LONGEST_WORD_SECONDS:
        score += duration - LONGEST_WORD_SECONDS
    return score
