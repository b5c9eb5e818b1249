"""Checks whether a typed phrase suits as a wake word. Looks at letters only; knows no sound."""

from __future__ import annotations

import re

from voiced.errors import VoicedError
from voiced.wake import tuning

# Everyday words, which would wake the house all day; allowed after another word, such as "hey".
_EVERYDAY = (
    "alright coffee daddy dinner everybody evening family hello honey kitchen later maybe mama mommy money "
    "morning mother music never okay papa people please really sorry thank today tomorrow water window yesterday"
)
EVERYDAY = frozenset(_EVERYDAY.split())


def checked_phrase(text: str) -> str:
    """Return the phrase in lower case, with single blanks; VoicedError if it would make a bad wake word."""
    phrase = " ".join(text.lower().split())
    words = phrase.split()
    if not words or not all(re.fullmatch(r"[^\W\d_]+(['\u2019-][^\W\d_]+)*", word) for word in words):
        raise VoicedError(f"{text!r}: a wake word is written in letters; write numbers as words")
    if syllables(phrase) < 2:  # noqa: PLR2004 # the sentence says it
        raise VoicedError(
            f"{phrase!r} has one syllable and would be heard everywhere; take two or three words: 'hey {phrase}'"
        )
    letters = tuning.PHRASE_LETTERS
    if len(phrase) not in letters:
        raise VoicedError(f"{phrase!r} has {len(phrase)} letters; take a phrase of {letters[0]} to {letters[-1]}")
    if words[0] in EVERYDAY and len(words) == 1:
        raise VoicedError(f"{phrase!r} is said too often to wake to; put something before it: 'hey {phrase}'")
    return phrase


def syllables(phrase: str) -> int:
    """Return about how many syllables a phrase has: groups of vowels, without an English silent "e" at the end."""
    count = 0
    for word in phrase.split():
        groups = len(re.findall(r"[aeiouyäöüáéíóúàèìòùâêîôûåøæ]+", word))
        silent = (
            groups > 1 and word.isascii() and re.search(r"[^aeiouy]e$", word) and not re.search(r"[^aeiouy]le$", word)
        )
        count += max(1, groups - bool(silent))
    return count
