"""What a sentence looks like to the grammar: case, punctuation and hyphens do not matter.

A finite-state transducer (a Mealy machine) of ten states: it reads one character and writes none, one or a few. It
works on characters and not on whole words, because two parts use it: the matcher reads finished text, the token
constraint text that is still being written, and both must see one form at every character. Reading "Turn-on 22,5°!"
writes "turn on 225 °" in English. What it writes:

- letters, marks and digits, case-folded and decomposed (so that one "é" equals the other, and "ß" equals "ss");
- one space between words, written only when the next word begins: hyphens, commas and line ends are spaces too;
- a symbol that is spoken as a word (`%`, `°`, `&`) as a word of its own;
- the decimal point of a number (22,5 = 22½ = 22.5, .5 = 0.5; English 1,000 = 1000), the minus before one (-5);
- nothing for apostrophes and other dots: "what's" = "whats", "A.C." = "AC"; and for what is not seen.

Letters may be folded further on the way, as a language has it (`folding`). It knows nothing of templates and
vocabulary: that "50" may be said "fifty" is the grammar's knowledge (`spelling`).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from voiced.grammar.folding import AS_WRITTEN, Folding

SYMBOLS = frozenset("%°&+€$£")  # each is spoken as a word
# Typographic ones, accents, prime; of Hawaiian, Hebrew (geresh, gershayim), and the dot in the middle of Catalan words.
_APOSTROPHES = frozenset("'`\u2019\u2018\u00b4\u02bc\u2032\u02bb\u05f3\u05f4\u00b7")
# Soft hyphen, joiner, directions of writing, byte order, variants of pictures.
_UNSEEN = frozenset("\u00ad\u200d\u200e\u200f\u061c\u2066\u2067\u2068\u2069\ufeff\ufe0e\ufe0f")
_VANISHING = _APOSTROPHES | _UNSEEN
_PLAIN_MARKS = {"\uff0e": ".", "\u066b": ".", "\uff0d": "-", "\u066a": "%"}  # full-width; Arabic point and percent
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}
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
    MINUS = "minus"  # '-' after a gap: a minus if a digit follows
    SYMBOL = "symbol"  # a symbol is a word by itself
    LEADING_POINT = "leading point"  # '.' after a gap: a decimal point if a digit follows


_BETWEEN = {Writing.GAP, Writing.MINUS, Writing.SYMBOL, Writing.LEADING_POINT}
NOTHING_YET = {Writing.NOTHING, Writing.FIRST_MINUS}


@lru_cache(maxsize=20_000)  # of few states and characters, many times
def write(state: Writing, char: str, language: str = "en", folding: Folding = AS_WRITTEN) -> tuple[Writing, str]:
    """Read one character: the new state, and the characters of normal form that it completes ("" while they wait)."""
    char = _PLAIN_MARKS.get(char, char)
    letters = _fold(char)
    folded = folding.fold(letters)
    # "21½" is a number with a point: 21.5; by itself "½" is 0.5.
    if char in _FRACTIONS:
        before = "" if state is Writing.DIGIT else _before_digit(state, language) + "0"
        return Writing.DIGIT, before + _FRACTIONS[char]
    # Apostrophes and the dots of initials vanish inside words: "what's" → "whats", "A.C." → "ac"; and so do letters
    # of which folding leaves nothing.
    if char in _VANISHING or (char == "." and state is Writing.WORD) or (letters and not folded):
        return state, ""
    # Symbols are words of their own, whatever stands before: "50%" → "50 %", "20℃" → "20 ° c".
    if symbol := _symbol(char):
        written = ("" if state in NOTHING_YET else " ") + symbol
        return (Writing.SYMBOL if len(symbol) == 1 else Writing.WORD), written
    # Other marks and spaces write nothing yet: what they are depends on the next character.
    if not folded:
        return _after_punctuation(state, char), ""
    # A digit decides what a point, comma or hyphen before it was; a letter leaves them a space.
    if "0" <= folded[0] <= "9":
        return Writing.DIGIT, _before_digit(state, language) + folded
    return Writing.WORD, (" " if state in _BETWEEN or state is Writing.COMMA else "") + folded


def _after_punctuation(state: Writing, char: str) -> Writing:
    # Only a hyphen after a gap can be a minus; inside a word it parts: "twenty-two".
    if state in NOTHING_YET:
        return Writing.FIRST_MINUS if char in _HYPHENS else Writing.NOTHING
    if char in _HYPHENS and state in _BETWEEN:
        return Writing.MINUS
    # Only after a digit can a point or a comma belong to a number.
    if state is Writing.DIGIT and char == ".":
        return Writing.POINT
    if state is Writing.DIGIT and char == ",":
        return Writing.COMMA
    # ".5" begins a number, "...5" does not.
    if char == "." and state in (Writing.GAP, Writing.LEADING_POINT, Writing.SYMBOL):
        return Writing.LEADING_POINT if state is Writing.GAP else Writing.SYMBOL
    return Writing.GAP


def _before_digit(state: Writing, language: str) -> str:
    """What waited before a digit, written now that the digit has come."""
    # English writes 1,000 for thousand, others 22,5 for a fraction.
    if state is Writing.COMMA:
        return "" if language.startswith("en") else "."
    return _WAITED.get(state, "")


_WAITED = {
    Writing.GAP: " ",
    Writing.SYMBOL: " ",
    Writing.POINT: ".",
    Writing.FIRST_MINUS: "-",
    Writing.MINUS: " -",
    Writing.LEADING_POINT: " 0.",
}


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    """Letters, marks and digits of a character in their plainest form; "" for anything else."""
    # Compatibility forms (full-width letters, ligatures), then case ("ß" → "ss"), then once more: folding may compose
    # again.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    # "⅓" would come apart to 1 and 3: it is a letter of its own, so that "21⅓" is not 21.
    if "\u2044" in plain and len(plain) > 1:
        return char
    # Digits of all scripts are those of numbers: Arabic ones, for instance.
    plain = "".join(str(unicodedata.decimal(part, part)) for part in plain)
    return plain if all(unicodedata.category(part)[0] in "LMN" for part in plain) else ""


@lru_cache(maxsize=4096)
def _symbol(char: str) -> str:
    """A character that is spoken as a word, in normal form: "℃" → "° c"; "" for any other."""
    plain = unicodedata.normalize("NFKD", char)
    return " ".join(filter(None, (plain[0], plain[1:].casefold()))) if plain[0] in SYMBOLS else ""


@dataclass(frozen=True, slots=True)
class NormalText:
    """Text in normal form, and where each of its characters comes from."""

    text: str
    sources: tuple[int, ...]  # for each character, its index in the original; for a space, that of the next letter


def normalize(text: str, language: str = "en", folding: Folding = AS_WRITTEN) -> NormalText:
    """The normal form of a whole text, with the origin of each character. Linear in its length."""
    state, written = Writing.NOTHING, []
    sources: list[int] = []
    for index, char in enumerate(text):
        state, characters = write(state, char, language, folding)
        written.append(characters)
        # A minus and a point are written with the digit after them, so they stand one character before it.
        waited = int(char not in _FRACTIONS and any(part in "-." for part in characters))
        sources += [index - waited] * (len(characters) - 1) + [index] * bool(characters)
    return NormalText("".join(written), tuple(sources))


def said_part(text: str) -> str:
    """A piece of a template as it stands in a sentence: a minus begins a word, without a space it would be a hyphen."""
    return f" {text}" if len(text) > 1 and text[0] in _HYPHENS and text[1].isdigit() else text


def normalize_part(text: str, language: str = "en") -> str:
    """The normal form of a piece of a template; a space at either end says that words are parted there."""
    # As if a word came before, so that a space or hyphen at the beginning is kept.
    state, written = Writing.WORD, ""
    for char in said_part(text):
        state, characters = write(state, char, language)
        written += characters
    return written + (" " if state in _BETWEEN or state is Writing.COMMA else "")


def apart(form: str) -> str:
    """A normal form with the spaces that it needs beside it: symbols are words, and a minus begins one."""
    # Where two of them meet, they count as one.
    return f" {form} " if form[0] in SYMBOLS else f" {form}" if form[0] == "-" else form
