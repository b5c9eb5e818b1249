"""Made-up words in silence: a window of 30 s from 100 s on, of a recording of 200 s; a threshold of 2 s."""

from __future__ import annotations

import pytest
import torch

from voiced.whisper.transcription.hallucination import is_anomalous, without_hallucinations
from voiced.whisper.transcription.values import Segment, SegmentedWindow, Window, Word

WINDOW = Window(10_000, 3000, torch.zeros(1, 1500, 1))
LAST_SPEECH = 99.0


def spoken(start: float, end: float, probability: float = 0.9, n_words: int = 4) -> Segment:
    """Words of equal length."""
    step = (end - start) / max(1, n_words)
    words = tuple(Word(" so", start + i * step, start + (i + 1) * step, probability) for i in range(n_words))
    return Segment(start, end, " so" * n_words, (), WINDOW.seek, 0.0, -0.3, 1.0, 0.0, words)


def made_up(start: float, end: float) -> Segment:
    return spoken(start, end, probability=0.05)


def checked(
    *segments: Segment, seek: int = 13_000, is_complete: bool = True, n_frames: int = 20_000
) -> SegmentedWindow:
    return without_hallucinations(
        WINDOW, SegmentedWindow(list(segments), seek, is_complete), LAST_SPEECH, n_frames, threshold=2.0
    )


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        (spoken(101, 103), False),
        (made_up(101, 103), True),  # four unlikely words
        (spoken(101, 101.2), True),  # 50 ms a word
        (spoken(101, 121), True),  # 5 s a word
        (spoken(101, 101, n_words=0), False),
    ],
)
def test_anomalous(segment: Segment, *, expected: bool) -> None:
    assert is_anomalous(segment) is expected


def test_speech_is_kept() -> None:
    cut = checked(spoken(101, 103), spoken(104, 106))
    assert (len(cut.segments), cut.seek) == (2, 13_000)


def test_silence_before_a_doubtful_beginning_is_skipped() -> None:
    cut = checked(made_up(110, 112), spoken(113, 115))
    assert (cut.segments, cut.seek) == ([], 11_000)  # heard again from 110 s on


def test_a_doubtful_beginning_at_once_is_no_reason() -> None:
    assert len(checked(made_up(101, 103), spoken(103.5, 105), is_complete=True).segments) == 2


def test_what_is_made_up_in_silence_ends_the_window() -> None:
    cut = checked(spoken(101, 103), made_up(110, 112), spoken(118, 120))
    assert (len(cut.segments), cut.seek) == (1, 11_000)


def test_at_the_end_of_the_recording_nothing_is_heard_again() -> None:
    cut = checked(spoken(101, 103), made_up(126, 128.5), n_frames=13_000)
    assert (len(cut.segments), cut.seek) == (1, 13_000)


@pytest.mark.parametrize(("end", "seek"), [(120.0, 12_000), (129.0, 13_000)])
def test_a_little_silence_at_the_end_is_not_worth_a_window(end: float, seek: int) -> None:
    assert checked(spoken(101, end, n_words=20), seek=round(end * 100), is_complete=False).seek == seek
