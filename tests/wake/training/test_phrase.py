"""Phrases that make a wake word, and those that are refused with a reason."""

from __future__ import annotations

import pytest

from voiced.errors import VoicedError
from voiced.wake.training.phrase import EVERYDAY, checked_phrase, syllables


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("jim", "'jim' has one syllable and would be heard everywhere; take two or three words: 'hey jim'"),
        ("Music", "'music' is said too often to wake to; put something before it: 'hey music'"),
        ("hey 2", "'hey 2': a wake word is written in letters; write numbers as words"),
        ("", "'': a wake word is written in letters; write numbers as words"),
        ("any old time that you would like to listen to me", "has 48 letters; take a phrase of 4 to 40"),
    ],
)
def test_phrases_that_make_no_wake_word(text: str, problem: str) -> None:
    with pytest.raises(VoicedError) as raised:
        checked_phrase(text)
    assert problem in str(raised.value)
    assert "\n" not in str(raised.value)


def test_phrases() -> None:
    assert checked_phrase(" Hey  COMPUTER") == "hey computer"
    assert checked_phrase("o'brien") == "o'brien"
    counted = {"alexa": 3, "jarvis": 2, "smart mirror": 3, "home": 1, "apple": 2, "küche": 2, "view glass": 2}
    assert {word: syllables(word) for word in counted} == counted


@pytest.mark.parametrize("word", sorted(EVERYDAY))
def test_an_everyday_word_wakes_only_after_another(word: str) -> None:
    with pytest.raises(VoicedError, match=r"is said too often to wake to|has one syllable"):
        checked_phrase(word)
    for phrase in (f"hey {word}", f"{word} robot"):
        assert checked_phrase(phrase) == phrase
