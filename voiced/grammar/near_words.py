"""Words as the search for a near sentence sees them: what they weigh, and what one costs in the place of another.

A word is what stands between spaces; of scripts that write none, a letter is one. All are in normal form, and all costs
count words: to leave out a long one costs 1. Knows no grammar.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from voiced.foundations.edit_distance import edit_distance

if TYPE_CHECKING:
    from collections.abc import Sequence

# Chinese, Japanese, Thai, Lao and Burmese are written without spaces.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}][\u0300-\u036f\u3099\u309a]*|[^\s{_UNSPACED}]+")
_LETTER = re.compile(f"[{_UNSPACED}]")
WILD = "\u2026"  # stands for the words of a wildcard that nobody said

_SHORT, _EACH_LETTER = 0.4, 0.12  # "a" weighs half as much as "light": articles are often left out, or said besides
_SIMILAR, _SAME_SHARE = 0.25, 0.4  # what a misspelt word costs at least; share of letters that may differ
_ANOTHER = 0.3  # another word costs this more than one that is missing
_NUMBER = 0.5  # another number costs this, and up to twice as much the farther it is
_MOST_DIGITS = 20  # of two numbers that are compared
KEY_LETTERS = 3  # that words of one kind begin with: "light", "lights"


def words(normal: str) -> list[tuple[int, int]]:
    """First and last+1 character of each word of a text in normal form."""
    return [found.span() for found in _WORD.finditer(normal)]


def is_unspaced(char: str) -> bool:
    """Whether a letter is a word by itself, with no space beside it."""
    return _LETTER.match(char) is not None


@lru_cache(maxsize=5_000)
def weight(word: str) -> float:
    """What it costs to say a word too much, or to leave it out."""
    return min(1.0, _SHORT + _EACH_LETTER * len(word))


@lru_cache(maxsize=20_000)
def replaced(said: str, wanted: str) -> float:
    """What it costs to say one word for another: little if they are written alike, at most as much as the longer."""
    # No more than leaving out the one and putting in the other, and a little less.
    worst = _ANOTHER + max(weight(said), weight(wanted))
    # Numbers are not alike because their digits are: 15 is nearer to 20 than to 150.
    if said.isdecimal() and wanted.isdecimal() and len(said) + len(wanted) < _MOST_DIGITS:
        one, other = int(said), int(wanted)
        return _NUMBER + _NUMBER * abs(one - other) / (one + other + 1)
    if said[:1].isdecimal() or wanted[:1].isdecimal():
        return worst
    # Letters that differ, as a share of the longer word; beyond the bound it is another word.
    longest = max(len(said), len(wanted))
    most = int(_SAME_SHARE * longest)
    changes = edit_distance(said, wanted, most)
    return min(worst, _SIMILAR + changes / longest) if changes <= most else worst


def as_text(several: Sequence[str]) -> str:
    """Words beside each other, with spaces where the script writes some."""
    # The last letter and the next one decide.
    text = ""
    for word in several:
        text += ("" if not text or (is_unspaced(text[-1]) and is_unspaced(word[0])) else " ") + word
    return text


def key(word: str) -> str:
    """What words that are probably one word in two forms have in common."""
    return word[:KEY_LETTERS]
