"""How a reading agrees with what Whisper would write without the grammar. Pure: two texts in normal form.

Held to a grammar, Whisper leaves out what does not fit there: the "oat" of "coffee with oat milk", the "don't" of
"don't turn on the lights"; and it goes on where the speaker has stopped: "with a lot of" becomes "with a lot of milk".
Free, it writes what was said. In noise it mishears single words then, and says some again, which counts for little:
only another word between those of the reading, and last words of the reading that are missing altogether, and first
ones, if next to nothing was heard in their place. These may go without saying: "large latte" can only be an order, of
which the ear has missed the beginning. Or they decide: "the music" may have been "stop the music", or "resume" it.
"""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from voiced.recognition.confidence import A_WORD, Free

if TYPE_CHECKING:
    from collections.abc import Callable

ALIKE = 0.9  # share of the letters from which two texts say the same
LETTERS_A_SECOND = 15  # as people speak: the median of coffee orders and of commands in five languages


class Agreement(NamedTuple):
    """Of a reading with what was heard."""

    alike: float  # share of the letters that are the same, 0 to 1
    left_out: int  # letters of words that were heard between others, and that the reading has nowhere
    made_up: int  # letters of its last words, if they were not heard
    opening: int  # how many of its first words were not heard, nor much else in their place


def compared(free: Free, read: str, heard: str, goes_without_saying: Callable[[str, str], bool]) -> Free:
    """The same, knowing which words only one of the texts has.

    `goes_without_saying`: whether a beginning (first) changes nothing in what the rest means.
    """
    found, words = agreement(read, heard), read.split()
    opening, rest = " ".join(words[: found.opening]), " ".join(words[found.opening :])
    if not opening:
        return replace(free, left_out=found.left_out, made_up=found.made_up)
    if goes_without_saying(opening, rest):
        implied = float(_alike(rest, heard) >= ALIKE)
        return replace(free, left_out=found.left_out, made_up=found.made_up, implied=implied)
    return replace(free, left_out=found.left_out, made_up=found.made_up + _letters(words[: found.opening]))


def agreement(read: str, heard: str) -> Agreement:
    """Compare letters, then words."""
    left_out = made_up = opening = 0
    theirs, ours = heard.split(), read.split()
    for change, begin, end, first, last in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if change == "insert":
            left_out += sum(len(word) for word in theirs[first:last] if word not in ours)
        elif change == "delete" and end == len(ours):
            made_up = _letters(ours[begin:end])
        elif change != "equal" and begin == 0 and _is_missing(ours[:end], theirs[:last]):
            opening = end
    return Agreement(_alike(read, heard), left_out, made_up, opening if opening < len(ours) else 0)


def _alike(read: str, heard: str) -> float:
    return SequenceMatcher(None, heard, read, autojunk=False).ratio()


def _is_missing(words: list[str], instead: list[str]) -> bool:
    """Whether they were not heard, rather than misheard."""
    return _letters(words) >= max(A_WORD, 2 * _letters(instead) + 1)


def _letters(words: list[str]) -> int:
    return sum(map(len, words))
