"""How a recogniser may write a sentence of the grammar: where spaces and marks may stand, and what it comes to.

The normal form forgives anything between words; a recogniser that may write ",,, !" between any two letters would
wander about there. So a text that is being written has at most one mark and one space between words, begins with a
space or not, and a mark stands after a word. Every text of this kind is read by `normalize.write` as any other is.

A machine over characters, like the one that it drives. Knows nothing of tokens and of the automaton.
"""

from __future__ import annotations

import unicodedata
from enum import Enum
from functools import cache, lru_cache
from typing import NamedTuple

from voiced.grammar.normalize import SYMBOLS, Writing, write


class Spot(Enum):
    """What was written last, as a typesetter sees it."""

    START = "start"  # nothing
    INITIAL = "initial"  # the first letter of a word, digit or symbol
    LETTER = "letter"  # another
    JOIN = "join"  # a mark inside a word
    STOP = "stop"  # a dot after the first letter of a word, "A.C."
    SECOND = "second"  # the letter after it
    SECOND_STOP = "second stop"  # a dot after that
    COMMA = "comma"  # after a word: one more follows
    MARK = "mark"  # a mark after a word that may end the text
    SPACE = "space"  # a space, or a mark that opens a sentence
    MINUS = "minus"  # a hyphen before a number


IN_WORD = (Spot.INITIAL, Spot.LETTER, Spot.SECOND)
AFTER_MARK = (Spot.JOIN, Spot.STOP, Spot.SECOND_STOP)  # inside a word, or after it
MAY_END = (*IN_WORD, *AFTER_MARK, Spot.MARK)
_STOPS = {Spot.INITIAL: Spot.STOP, Spot.SECOND: Spot.SECOND_STOP, Spot.LETTER: Spot.MARK}


class Surface(NamedTuple):
    """All that matters of how the text was written so far."""

    writing: Writing = Writing.NOTHING
    spot: Spot = Spot.START


class Look(NamedTuple):
    """What comes of one more character."""

    surface: Surface
    written: str  # in normal form


JOINS = ".'\u2019-"
MARKS = ",!?"
EAST_ASIAN_MARKS = "\uff0c\u3001\u3002\uff01\uff1f"  # no space follows
OPENINGS = "\u00bf\u00a1"  # ¿ and ¡
_ALPHABETS, _SYLLABLES = range(0x80, 0x3100), range(0xAC00, 0xD7A4)
_EAST_ASIAN = {"ja", "yue", "zh"}
_OPENING = {"ca", "es", "gl"}


@lru_cache(maxsize=50_000)
def look(surface: Surface, char: str, language: str) -> Look | None:
    """The surface after a character; None if it must not be written there."""
    spot = _spot_after(surface, char, language)
    if spot is None:
        return None
    writing, written = write(surface.writing, char, language)
    return Look(Surface(writing, spot), written)


@lru_cache(maxsize=10_000)
def letters_of(char: str) -> str:
    """What a character is in normal form, inside a word; "" for marks, spaces, and curiosities such as "ᵏ" and "⑤"."""
    if char in SYMBOLS:
        return char
    is_plain = unicodedata.normalize("NFKD", char) == unicodedata.normalize("NFD", char)
    return write(Writing.WORD, char)[1] if is_plain else ""


def is_writable(char: str) -> bool:
    """Whether a character can stand anywhere at all."""
    return char in " " + JOINS + MARKS + EAST_ASIAN_MARKS + OPENINGS or bool(letters_of(char))


@cache
def every_character() -> tuple[str, ...]:
    """All that a text may hold beyond ASCII, of Unicode's first plane."""
    return tuple(char for char in map(chr, range(0x80, 0xD800)) if is_writable(char))


def characters_of(letters: frozenset[str]) -> tuple[str, ...]:
    """What a text of these letters in normal form may hold beyond ASCII, and marks."""
    composed = {*map(chr, _ALPHABETS), *(letter for letter in letters if not letter.isascii())}
    if any("\u1100" <= letter <= "\u11ff" for letter in letters):  # Korean syllables are decomposed
        composed |= set(map(chr, _SYLLABLES))
    return tuple(char for char in sorted(composed) if is_writable(char) and set(letters_of(char)) <= letters)


def _spot_after(surface: Surface, char: str, language: str) -> Spot | None:
    spot = surface.spot
    if char == " ":
        return None if spot in (Spot.SPACE, Spot.MINUS) else Spot.SPACE
    if char in JOINS:
        return _spot_after_join(surface, char)
    if char in MARKS + EAST_ASIAN_MARKS:
        return _mark(char, language) if spot in (*IN_WORD, *AFTER_MARK) else None
    if char in OPENINGS:
        return Spot.SPACE if spot in (Spot.START, Spot.SPACE) and language in _OPENING else None
    return _spot_after_letters(surface, letters_of(char))


def _mark(char: str, language: str) -> Spot | None:
    if char in EAST_ASIAN_MARKS:
        return Spot.JOIN if language in _EAST_ASIAN else None
    return Spot.COMMA if char == "," else Spot.MARK


def _spot_after_join(surface: Surface, char: str) -> Spot | None:
    if surface.spot in IN_WORD:
        # A dot inside words is a decimal point, or parts initials: three at most, for once it has begun to spell,
        # Whisper finds each next letter of "a.m.e.r.i.c.a.n.o" likely, whatever was said.
        is_stop = char == "." and surface.writing is not Writing.DIGIT
        return _STOPS[surface.spot] if is_stop else Spot.JOIN
    return Spot.MINUS if char == "-" and surface.spot in (Spot.START, Spot.SPACE) else None


def _spot_after_letters(surface: Surface, letters: str) -> Spot | None:
    """A word begins or goes on; after a minus and inside 1,000 only a digit may."""
    spot = surface.spot
    is_digit = "0" <= letters[:1] <= "9"
    if spot is Spot.MINUS or (spot is Spot.COMMA and surface.writing is Writing.COMMA):
        return Spot.LETTER if is_digit else None
    if spot is Spot.JOIN and surface.writing is Writing.GAP and is_digit:
        return None  # "to-10" is "to minus ten", and would be read as "to ten"
    if not letters or spot in (Spot.COMMA, Spot.MARK):
        return None
    if spot is Spot.STOP:
        return Spot.SECOND
    return Spot.LETTER if spot in (*IN_WORD, Spot.JOIN, Spot.SECOND_STOP) else Spot.INITIAL
