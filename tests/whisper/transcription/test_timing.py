"""When words were said: the path through the attention, words out of tokens, and what is put right afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from voiced.whisper.alignment import median_filter, warp
from voiced.whisper.transcription.timing import settle, shorten_at_sentence_ends, usual_duration
from voiced.whisper.transcription.values import Segment, Word
from voiced.whisper.words import TimedWord, merge_punctuation, split_words

if TYPE_CHECKING:
    import numpy.typing as npt

    from voiced.whisper.loaded import LoadedModel


# -- the path ----------------------------------------------------------------------------------------


def cheapest(cost: npt.NDArray[np.float64]) -> float:
    """Cell by cell, as the textbook has it."""
    total = np.full((cost.shape[0] + 1, cost.shape[1] + 1), np.inf)
    total[0, 0] = 0
    for i, j in np.ndindex(*cost.shape):
        total[i + 1, j + 1] = cost[i, j] + min(total[i, j], total[i, j + 1], total[i + 1, j])
    return float(total[-1, -1])


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (5, 40), (30, 12)])
def test_warp_finds_the_cheapest_path(shape: tuple[int, int]) -> None:
    cost = np.random.RandomState(0).standard_normal(shape)
    rows, columns = warp(cost)
    assert (rows[0], columns[0]) == (0, 0)
    assert (rows[-1] + 1, columns[-1] + 1) == shape
    down, right = np.diff(rows), np.diff(columns)
    assert set(down) | set(right) <= {0, 1}
    assert (down + right > 0).all()
    assert cost[rows, columns].sum() == pytest.approx(cheapest(cost), abs=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_warp_finds_a_cheapest_path_where_many_are(seed: int) -> None:
    cost = np.random.RandomState(seed).randint(-2, 3, (12, 40)).astype(float)
    rows, columns = warp(cost)
    assert cost[rows, columns].sum() == cheapest(cost)


def test_warp_follows_a_staircase() -> None:
    """Three tokens looking at 4, 2 and 3 positions."""
    cost = np.ones((3, 9))
    cost[0, :4] = cost[1, 4:6] = cost[2, 6:] = -1
    rows, columns = warp(cost)
    assert rows.tolist() == [0, 0, 0, 0, 1, 1, 2, 2, 2]
    assert columns.tolist() == list(range(9))


def test_median_filter() -> None:
    x = torch.tensor([[0.0, 9.0, 0.0, 0.0, 5.0, 5.0, 5.0, 0.0]])
    assert median_filter(x, 3).tolist() == [[9.0, 0.0, 0.0, 0.0, 5.0, 5.0, 5.0, 5.0]]  # mirrored: 9 0 9 … 5 0 5
    assert median_filter(x[:, :1], 3).tolist() == [[0.0]]  # too short to be filtered


# -- words -------------------------------------------------------------------------------------------


def texts(loaded: LoadedModel, text: str, language: str) -> list[str]:
    tokenizer = loaded.tokenizer
    words = split_words(tokenizer, [*tokenizer.encode(text), tokenizer.eot], language)
    return [tokenizer.decode_with_timestamps(word) for word in words]


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        (" It's twenty-one degrees.", "en", [" It's", " twenty", "-one", " degrees", "."]),
        (" Unquestionably so", "en", [" Unquestionably", " so"]),
        (" naïve café", "en", [" naïve", " café"]),
        ("你好吗", "zh", ["你", "好", "吗"]),  # three bytes each, of up to three tokens
        (" 🙂 ok", "en", [" 🙂", " ok"]),
        ("", "en", []),
    ],
)
def test_split_words(tiny_en: LoadedModel, text: str, language: str, words: list[str]) -> None:
    assert texts(tiny_en, text, language) == [*words, "<|endoftext|>"]


def test_bytes_that_are_no_character_stay_together(tiny_en: LoadedModel) -> None:
    tokens = tiny_en.tokenizer.encode("🙂")
    assert len(tokens) > 1
    eot = tiny_en.tokenizer.eot
    words = split_words(tiny_en.tokenizer, [*tokens[:1], *tiny_en.tokenizer.encode(" ok"), eot], "en")
    assert [token for word in words for token in word] == [*tokens[:1], *tiny_en.tokenizer.encode(" ok"), eot]
    assert tiny_en.tokenizer.decode_with_timestamps(words[-2]) == " ok"


def said(*words: str) -> list[TimedWord]:
    """One second each."""
    return [TimedWord(word, (i,), float(i), i + 1.0, 0.9) for i, word in enumerate(words)]


def test_punctuation_belongs_to_words() -> None:
    prepended, appended = "\"'“¿([{-", "\"'.,!?:)]}"
    merged = merge_punctuation(
        said(" He", " said", ":", ' "', "Go", "!", '"', " (", "now", ")", "."), prepended, appended
    )
    assert [word.text for word in merged] == [" He", " said:", ' "Go!"', " (now)."]
    assert [word.start for word in merged] == [0.0, 1.0, 4.0, 8.0]  # of the word, not of its marks
    assert [word.tokens for word in merged] == [(0,), (1, 2), (3, 4, 5, 6), (7, 8, 9, 10)]


# -- put right ---------------------------------------------------------------------------------------


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
