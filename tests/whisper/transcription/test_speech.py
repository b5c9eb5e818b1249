"""Where somebody speaks: probabilities → spans → one shorter recording, and its times back."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.whisper.transcription.spoken import segment
from voiced.whisper.transcription.speech import Speech, clipped, spans_of
from voiced.whisper.transcription.values import TranscribedWindow

STEP = 1600  # 0.1 s


def spans(script: str, pause: float = 0.5, longest: int | None = None) -> list[tuple[float, float]]:
    """'s' is speech, '.' silence, '-' in between; 0.1 s each. → seconds."""
    probabilities = [{"s": 0.9, ".": 0.1, "-": 0.4}[letter] for letter in script]
    found = spans_of(probabilities, STEP, STEP * len(script), pause, longest)
    return [(round(first / 16_000, 2), round(last / 16_000, 2)) for first, last in found]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("." * 20, []),
        ("-" * 20, []),  # never likely enough to begin
        ("." * 10 + "ss" + "." * 10, [(0.6, 1.6)]),  # 0.4 s on either side
        ("ss" + "." * 10, [(0.0, 0.6)]),
        ("." * 10 + "s-----s" + "." * 10, [(0.6, 2.1)]),  # likely enough to go on
        ("ss....ss" + "." * 10, [(0.0, 1.2)]),  # a short pause stays
        ("ss......ss", [(0.0, 0.5), (0.5, 1.0)]),  # margins meet in the middle of the pause
        ("ss" + "." * 20 + "ss", [(0.0, 0.6), (1.8, 2.4)]),
    ],
)
def test_spans(script: str, expected: list[tuple[float, float]]) -> None:
    assert spans(script) == expected


def test_long_speech_is_cut_where_it_is_least_likely() -> None:
    assert spans("s" * 8 + "-" + "s" * 6, longest=10 * STEP) == [(0.0, 0.8), (0.8, 1.5)]


@given(st.text("s.-", max_size=80), st.sampled_from([None, 10 * STEP]))
def test_laws_of_spans(script: str, longest: int | None) -> None:
    found = spans(script, longest=longest)
    for first, last in found:
        assert 0 <= first < last <= len(script) / 10 + 1e-9
        assert longest is None or last - first <= 1.0 + 1e-9
    assert all(before[1] <= after[0] for before, after in pairwise(found))
    # All speech is heard.
    for i, letter in enumerate(script):
        assert letter != "s" or any(first <= i / 10 + 0.05 <= last for first, last in found)


def test_only_what_lies_in_the_clips() -> None:
    assert clipped([(0, 32_000), (48_000, 64_000)], (1.0, 2.5, 3.5), 80_000) == [(16_000, 32_000), (56_000, 64_000)]
    assert clipped([(0, 32_000)], (), 80_000) == [(0, 32_000)]


SPEECH = Speech(((16_000, 32_000), (80_000, 112_000)), 160_000)  # 1 to 2 s and 5 to 7 s of 10 s


def test_joined() -> None:
    samples = np.arange(160_000, dtype=np.float32)
    joined = SPEECH.joined(samples)
    assert (joined[0], joined[15_999], joined[16_000], len(joined)) == (16_000, 31_999, 80_000, 48_000)
    assert Speech((), 160_000).joined(samples).shape == (0,)


@pytest.mark.parametrize(
    ("seconds", "start", "end"), [(0.0, 1.0, 1.0), (0.5, 1.5, 1.5), (1.0, 5.0, 2.0), (2.0, 6.0, 6.0), (9.0, 7.0, 7.0)]
)
def test_times_move_back(seconds: float, start: float, end: float) -> None:
    assert SPEECH.original(seconds) == start
    assert SPEECH.original(seconds, is_end=True) == end


def test_segments_move_back() -> None:
    heard = segment(0.9, " a b c", "a b c")  # words from 0.9, 1.0 and 1.1 s on
    moved = SPEECH.moved(TranscribedWindow((heard, replace(heard, start=1.0, end=3.0, words=())), 3.0, 3.0))
    first, second = moved.segments
    assert [(word.start, word.end) for word in first.words] == [(1.9, 2.0), (5.0, 5.1), (5.1, 5.2)]
    assert (first.start, first.end) == (1.9, 5.2)
    assert (second.start, second.end) == (5.0, 7.0)
    assert (moved.position, moved.duration) == (7.0, 10.0)


def test_windows_hold_whole_spans() -> None:
    second = 16_000
    lengths = (20, 8, 4, 29, 2)
    starts = [sum(lengths[:i]) + 5 * i for i in range(len(lengths))]
    long = Speech(tuple((a * second, (a + n) * second) for a, n in zip(starts, lengths, strict=True)), 200 * second)
    assert long.windows() == [(0, 2800), (2800, 3200), (3200, 6100), (6100, 6300)]
    assert Speech((), second).windows() == []
