"""How a recogniser may write a sentence of the grammar: where spaces and marks may stand.

The normal form forgives anything between words. A decoder that might write ",,, !" between any two letters would waste
its beams there. So a text that is being written has at most one mark and one space between words, may begin with a
space, and has marks only after words: " Turn on the A.C., please!" but not "turn  on ,the".

A finite-state machine over characters: `Spot` is its state, and beside it runs the transducer of `normalize`, whose
output the automaton reads. Knows nothing of tokens and of the automaton.
"""

from __future__ import annotations

import unicodedata
from enum import Enum
from functools import cache, lru_cache
from typing import NamedTuple

from voiced.grammar.folding import AS_WRITTEN, Folding
from voiced.grammar.normalize import SYMBOLS, Writing, write


class Spot(Enum):
    """What was written last."""

    START = "start"  # nothing
    INITIAL = "initial"  # the first letter of a word, digit or symbol
    LETTER = "letter"  # a later letter of a word
    JOIN = "join"  # a mark inside a word
    STOP = "stop"  # a dot after the first letter of a word, "A.C."
    SECOND = "second"  # the letter after that dot
    SECOND_STOP = "second stop"  # a dot after the second letter
    COMMA = "comma"  # after a word: one more follows
    MARK = "mark"  # a mark after a word that may end the text
    SPACE = "space"  # a space, or a mark that opens a sentence
    MINUS = "minus"  # a hyphen before a number
    COLON = "colon"  # between the digits of a time, "7:30"


# " Turn on A.C." passes these spots, one a character:
#   space SPACE · T INITIAL · u r n LETTER · space SPACE · o INITIAL · n LETTER · space SPACE
#   A INITIAL · dot STOP · C SECOND · dot SECOND_STOP, which may end the text
IN_WORD = (Spot.INITIAL, Spot.LETTER, Spot.SECOND)
AFTER_MARK = (Spot.JOIN, Spot.STOP, Spot.SECOND_STOP)  # inside a word, or after it
BEFORE_DIGIT = (Spot.MINUS, Spot.COLON)  # nothing else may follow
MAY_END = (*IN_WORD, *AFTER_MARK, Spot.MARK)
_SPOT_AFTER_DOT = {Spot.INITIAL: Spot.STOP, Spot.SECOND: Spot.SECOND_STOP, Spot.LETTER: Spot.MARK}


class Surface(NamedTuple):
    """The state of both machines: all that decides how the text may go on."""

    writing: Writing = Writing.NOTHING
    spot: Spot = Spot.START


class Appended(NamedTuple):
    """The state after a character, and what the character wrote."""

    surface: Surface
    written: str  # in normal form


JOINS = ".'\u2019-"  # inside words and numbers
WORD_MARKS = ",!?"  # after words
EAST_ASIAN_MARKS = "\uff0c\u3001\u3002\uff01\uff1f"  # no space follows
OPENINGS = "\u00bf\u00a1"  # ¿ and ¡
BEYOND_ASCII_MARKS = frozenset("\u2019" + EAST_ASIAN_MARKS + OPENINGS)
_ALPHABETS, _HANGUL_SYLLABLES = range(0x80, 0x3100), range(0xAC00, 0xD7A4)
_EAST_ASIAN_LANGUAGES = {"ja", "yue", "zh"}
_OPENING_LANGUAGES = {"ca", "es", "gl"}


@lru_cache(maxsize=50_000)
def append(surface: Surface, char: str, language: str, folding: Folding = AS_WRITTEN) -> Appended | None:
    """The surface after a character, and what it wrote in normal form; None if it must not be written there."""
    # The surface decides alone whether the character may stand here; only then the transducer reads it.
    spot = _spot_after(surface, char, language)
    if spot is None:
        return None
    writing, written = write(surface.writing, char, language, folding)
    # An accent alone, of which folding leaves nothing, could be written for ever.
    if not written and letters_of(char):
        return None
    return Appended(Surface(writing, spot), written)


@lru_cache(maxsize=10_000)
def letters_of(char: str) -> str:
    """A character in normal form, as inside a word; "" for marks, spaces, rarities ("ᵏ", "⑤") and Arabic digits."""
    # "%" is a word of its own, and its own normal form.
    if char in SYMBOLS:
        return char
    # Rarities are letters only by Unicode's compatibility forms (NFKD), or digits of other scripts; accents and umlauts
    # are no rarities (NFD).
    is_plain = unicodedata.normalize("NFKD", char) == unicodedata.normalize("NFD", char)
    is_plain &= char.isascii() or not char.isdecimal()
    return write(Writing.WORD, char)[1] if is_plain else ""


def is_writable(char: str) -> bool:
    """Whether a character may stand anywhere in a text: letter, digit, symbol, mark or space."""
    return char in " :" + JOINS + WORD_MARKS + EAST_ASIAN_MARKS + OPENINGS or bool(letters_of(char))


@cache
def every_character() -> tuple[str, ...]:
    """The characters beyond ASCII that a text may hold, of Unicode's first plane below the surrogates."""
    return tuple(char for char in map(chr, range(0x80, 0xD800)) if is_writable(char))


def characters_of(letters: frozenset[str], usual: str = "") -> tuple[str, ...]:
    """The characters beyond ASCII whose normal form consists of these letters, marks, and the letters `usual`."""
    # Candidates are all alphabets (their characters may be composed of a letter and an accent), and the letters
    # themselves.
    composed = {*map(chr, _ALPHABETS), *(letter for letter in letters if not letter.isascii())}
    if any("\u1100" <= letter <= "\u11ff" for letter in letters):  # Hangul syllables are decomposed
        composed |= set(map(chr, _HANGUL_SYLLABLES))
    fitting = {char for char in composed if is_writable(char) and set(letters_of(char)) <= letters}
    return tuple(sorted(fitting | {char for char in usual + usual.upper() if not char.isascii() and is_writable(char)}))


def _spot_after(surface: Surface, char: str, language: str) -> Spot | None:
    # One question per kind of character; None: not here.
    spot = surface.spot
    if char == " ":
        return None if spot in (Spot.SPACE, *BEFORE_DIGIT) else Spot.SPACE
    # Joins before marks: an apostrophe or a dot may be inside a word.
    if char in JOINS:
        return _spot_after_join(surface, char)
    if char == ":":
        return Spot.COLON if spot in IN_WORD and surface.writing is Writing.DIGIT else None
    if char in WORD_MARKS + EAST_ASIAN_MARKS:
        return _mark(char, language) if spot in (*IN_WORD, *AFTER_MARK) else None
    if char in OPENINGS:
        return Spot.SPACE if spot in (Spot.START, Spot.SPACE) and language in _OPENING_LANGUAGES else None
    return _spot_after_letters(surface, letters_of(char))


def _mark(char: str, language: str) -> Spot | None:
    # East Asian marks are followed by no space, so the next word may begin at once.
    if char in EAST_ASIAN_MARKS:
        return Spot.JOIN if language in _EAST_ASIAN_LANGUAGES else None
    return Spot.COMMA if char == "," else Spot.MARK


def _spot_after_join(surface: Surface, char: str) -> Spot | None:
    if surface.spot in IN_WORD:
        # A dot inside words is a decimal point, or parts initials: three at most, for once it has begun to spell,
        # Whisper finds each next letter of "a.m.e.r.i.c.a.n.o" likely, whatever was said.
        is_stop = char == "." and surface.writing is not Writing.DIGIT
        return _SPOT_AFTER_DOT[surface.spot] if is_stop else Spot.JOIN
    # Between words only a hyphen may stand, as a minus.
    return Spot.MINUS if char == "-" and surface.spot in (Spot.START, Spot.SPACE) else None


def _spot_after_letters(surface: Surface, letters: str) -> Spot | None:
    """A word begins or goes on; after a minus, a colon and inside 1,000 only a digit may."""
    spot = surface.spot
    is_digit = "0" <= letters[:1] <= "9"
    if spot in BEFORE_DIGIT or (spot is Spot.COMMA and surface.writing is Writing.COMMA):
        return Spot.LETTER if is_digit else None
    if spot is Spot.JOIN and surface.writing is Writing.GAP and is_digit:
        return None  # "to-10" is "to minus ten", and would be read as "to ten"
    if not letters or spot in (Spot.COMMA, Spot.MARK):
        return None
    # After "A." a second initial may follow, and after "A.C." a third; then letters go on as in any word.
    if spot is Spot.STOP:
        return Spot.SECOND
    return Spot.LETTER if spot in (*IN_WORD, Spot.JOIN, Spot.SECOND_STOP) else Spot.INITIAL
