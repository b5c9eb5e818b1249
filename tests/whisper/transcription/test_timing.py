"""Times of words, corrected where alignment goes wrong; worked by hand."""

from __future__ import annotations

import pytest

from voiced.whisper.transcription.timing import settle, shorten_at_sentence_ends, usual_duration
from voiced.whisper.transcription.values import Segment, Word
from voiced.whisper.words import TimedWord


def timed(text: str, start: float, end: float) -> TimedWord:
    return TimedWord(text, (0,), start, end, 0.9)


def test_usual_duration_ignores_what_takes_no_time() -> None:
    assert usual_duration([timed("a", 0, 0.2), timed("b", 0.2, 0.2), timed("c", 0.2, 0.6)]) == pytest.approx(0.3)
    assert usual_duration([timed("a", 0, 5.0)]) == 0.7
    assert usual_duration([]) == 0.0


def test_pauses_at_sentence_ends_are_nobodys_word() -> None:
    words = [timed(" so", 0, 0.4), timed(".", 0.4, 3.0), timed(" And", 3.0, 6.0), timed(" then", 6.0, 9.0)]
    shortened = shorten_at_sentence_ends(words, 0.8)
    assert [(word.start, round(word.end, 6)) for word in shortened] == [(0, 0.4), (0.4, 1.2), (5.2, 6.0), (6.0, 9.0)]


def segment(start: float, end: float, *words: Word) -> Segment:
    return Segment(start, end, "".join(word.text for word in words), (), 0, 0.0, -0.3, 1.0, 0.0, words)


def word(text: str, start: float, end: float) -> Word:
    return Word(text, start, end, 0.9)


@pytest.mark.parametrize(
    ("before", "times", "edges"),
    [
        # The first word fills the pause before it: cut to twice the usual 0.3 s.
        (segment(6.0, 8.0, word(" a", 2.0, 7.0), word(" b", 7.0, 7.4)), [(6.4, 7.0), (7.0, 7.4)], (6.4, 7.4)),
        # So does the second: the border between the two moves as well.
        (segment(6.0, 8.0, word(" a", 2.0, 4.0), word(" b", 4.0, 7.0)), [(5.8, 6.4), (6.4, 7.0)], (5.8, 7.0)),
        # The first word begins long before the segment, the last one ends long after it.
        (segment(1.2, 1.6, word(" a", 0.5, 1.4), word(" b", 1.4, 2.9)), [(1.1, 1.4), (1.4, 1.7)], (1.2, 1.6)),
        # Nothing to put right.
        (segment(0.5, 1.6, word(" a", 0.6, 1.0), word(" b", 1.0, 1.4)), [(0.6, 1.0), (1.0, 1.4)], (0.6, 1.4)),
    ],
)
def test_settle(before: Segment, times: list[tuple[float, float]], edges: tuple[float, float]) -> None:
    after = settle(before, last_speech=0.5, usual=0.3)
    assert [(round(it.start, 6), round(it.end, 6)) for it in after.words] == times
    assert (after.start, after.end) == pytest.approx(edges)


def test_settle_leaves_segments_without_words_alone() -> None:
    assert settle(segment(1.0, 2.0), 0.0, 0.3) == segment(1.0, 2.0)
