"""What a sentence looks like to the grammar: case, punctuation and hyphens do not matter.

A machine of nine states that reads one character and writes none, one or a few. It is a function of characters with
small state and not of whole words, because two readers use it: the matcher reads finished text, the token constraint
reads text that is still being written, and both must see the same letters at the same time. What it writes:

- letters, marks and digits, case-folded and decomposed (so that one "é" equals the other, and "ß" equals "ss");
- one space between words, written only when the next word begins: hyphens, commas and line ends are spaces too;
- a symbol that is spoken as a word (`%`, `°`, `&`) as a word of its own;
- the decimal point of a number (22,5 = 22.5; English 1,000 = 1000), the minus before one (-5);
- nothing for apostrophes and other dots: "what's" = "whats", "A.C." = "AC".

It knows nothing of templates and vocabulary: that "50" may be said "fifty" is the grammar's knowledge (`spelling`).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

SYMBOLS = frozenset("%°&+€$£")  # spoken as words
_APOSTROPHES = frozenset("'`\u2019\u2018\u00b4\u02bc\u2032")  # typographic ones, accents, prime
_HYPHENS = frozenset("-\u2212\u2010\u2011\u2013\u2014")  # minus sign, hyphens, dashes


class Writing(Enum):
    """What was read last, as far as it matters for what comes."""

    NOTHING = "nothing"  # no word yet
    GAP = "gap"  # a word, then something that parts words
    WORD = "word"  # inside a word
    DIGIT = "digit"  # inside a word, after a digit
    POINT = "point"  # a digit and '.': a decimal point if a digit follows
    COMMA = "comma"  # a digit and ',': part of a number if a digit follows, else it parts words
    FIRST_MINUS = "first minus"  # '-' before the first word: a minus if a digit follows
    MINUS = "minus"  # the same after a gap
    SYMBOL = "symbol"  # a symbol is a word by itself


_BETWEEN = {Writing.GAP, Writing.MINUS, Writing.SYMBOL}
_NOTHING_YET = {Writing.NOTHING, Writing.FIRST_MINUS}


@lru_cache(maxsize=20_000)  # of few states and characters, many times
def write(state: Writing, char: str, language: str = "en") -> tuple[Writing, str]:
    """One character of text read: the new state, and the characters of normal form that it completes."""
    folded = _fold(char)
    if char in _APOSTROPHES or (char == "." and state is Writing.WORD):
        return state, ""
    if char in SYMBOLS:
        return Writing.SYMBOL, ("" if state in _NOTHING_YET else " ") + char
    if not folded:
        return _after_punctuation(state, char), ""
    if "0" <= folded[0] <= "9":
        return Writing.DIGIT, _before_digit(state, language) + folded
    return Writing.WORD, (" " if state in _BETWEEN or state is Writing.COMMA else "") + folded


def _after_punctuation(state: Writing, char: str) -> Writing:
    if state in _NOTHING_YET:
        return Writing.FIRST_MINUS if char in _HYPHENS else Writing.NOTHING
    if char in _HYPHENS and state in _BETWEEN:
        return Writing.MINUS
    if state is Writing.DIGIT and char == ".":
        return Writing.POINT
    if state is Writing.DIGIT and char == ",":
        return Writing.COMMA
    return Writing.GAP


def _before_digit(state: Writing, language: str) -> str:
    match state:
        case Writing.GAP | Writing.SYMBOL:
            return " "
        case Writing.POINT:
            return "."
        case Writing.COMMA:
            return "" if language.startswith("en") else "."
        case Writing.FIRST_MINUS:
            return "-"
        case Writing.MINUS:
            return " -"
    return ""


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    """Letters, marks and digits of a character in their plainest form; "" for anything else."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return plain if all(unicodedata.category(part)[0] in "LMN" for part in plain) else ""


@dataclass(frozen=True, slots=True)
class NormalText:
    """Text in normal form, and where each of its characters comes from."""

    text: str
    sources: tuple[int, ...]  # index into the original; a space points at the character before the gap


def normalize(text: str, language: str = "en") -> NormalText:
    """A whole text, read by `write`."""
    state, written = Writing.NOTHING, []
    sources: list[int] = []
    for index, char in enumerate(text):
        state, characters = write(state, char, language)
        written.append(characters)
        sources += [index - (part in "-.") for part in characters]  # these two wait for the digit after them
    return NormalText("".join(written), tuple(sources))


def normalize_part(text: str, language: str = "en") -> str:
    """A piece from the middle of a text; a space at either end says that words are parted there."""
    begins_with_minus = len(text) > 1 and text[0] in _HYPHENS and text[1].isdigit()
    state, written = Writing.NOTHING if begins_with_minus else Writing.WORD, ""
    for char in text:
        state, characters = write(state, char, language)
        written += characters
    return written + (" " if state in _BETWEEN or state is Writing.COMMA else "")
