"""Tokens become words: spaces, scripts without them, half characters, punctuation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from voiced.whisper.transcription.values import Word
from voiced.whisper.words import TimedWord, merge_punctuation, split_words

if TYPE_CHECKING:
    from voiced.whisper.loaded import LoadedModel


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


def word(text: str, start: float, end: float) -> Word:
    return Word(text, start, end, 0.9)
