"""How a hypothesis agrees with what Whisper would write without the grammar. Pure: two texts in normal form.

Held to a grammar, Whisper leaves out what does not fit there: the "oat" of "coffee with oat milk", the "don't" of
"don't turn on the lights"; and it goes on where the speaker has stopped: "with a lot of" becomes "with a lot of milk".
Free, it writes what was said. In noise it mishears single words then, and says some again, which counts for little:
only another word between those of the hypothesis, and its last words, if they are missing altogether, and its first
ones, if next to nothing was heard in their place. These may go without saying: "large latte" can only be an order, of
which the ear has missed the beginning. Or they decide: "the music" may have been "stop the music", or "resume" it.
"""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from voiced.recognition import tuning

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiced.recognition.evidence import FreeEvidence


class Agreement(NamedTuple):
    """Of a hypothesis with a free text."""

    left_out: int  # letters of words that were heard between others, and that the hypothesis has nowhere
    made_up: int  # letters of its last words, if they were not heard
    opening: int  # how many of its first words were not heard, nor much else in their place


def compared(
    free: FreeEvidence, read: str, heard: str, goes_without_saying: Callable[[str, str], bool]
) -> FreeEvidence:
    """Add to the evidence which words only one of the texts has.

    `goes_without_saying` tells whether a beginning (first) changes nothing in what the rest (second) means.
    """
    # Last words and words between others count as they are; first words need a question to the grammar.
    found, words = agreement(read, heard), read.split()
    opening, rest = " ".join(words[: found.opening]), " ".join(words[found.opening :])
    if not opening:
        return replace(free, left_out=found.left_out, made_up=found.made_up)
    # First words that were not heard: harmless before "large latte", decisive before "the music".
    if goes_without_saying(opening, rest):
        implied = float(alike(rest, heard) >= tuning.ALIKE_RATIO)
        return replace(free, left_out=found.left_out, made_up=found.made_up, implied=implied)
    return replace(free, left_out=found.left_out, made_up=found.made_up + _letters(words[: found.opening]))


def agreement(read: str, heard: str) -> Agreement:
    """Find the words that only one of two texts has."""
    # Align both texts word by word; each stretch that differs is an insertion, a deletion or a replacement.
    left_out = made_up = opening = 0
    theirs, ours = heard.split(), read.split()
    for change, begin, end, first, last in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        # Heard between two words of ours: left out, unless we have the word elsewhere.
        if change == "insert":
            left_out += sum(len(word) for word in theirs[first:last] if word not in ours)
        # Our last words, not heard: made up. (A word misheard is a "replace", and counts for nothing.)
        elif change == "delete" and end == len(ours):
            made_up = _letters(ours[begin:end])
        # Our first words, with next to nothing in their place.
        elif change != "equal" and begin == 0 and _is_missing(ours[:end], theirs[:last]):
            opening = end
    return Agreement(left_out, made_up, opening if opening < len(ours) else 0)


def alike(read: str, heard: str) -> float:
    """Return the share of the letters that both texts have, 0 to 1."""
    return SequenceMatcher(None, heard, read, autojunk=False).ratio()


def _is_missing(words: list[str], instead: list[str]) -> bool:
    """Return whether words were not heard, rather than misheard as those `instead`."""
    # Twice as many letters, and at least a word's, cannot have been heard as those.
    return _letters(words) >= max(tuning.WORD_LETTERS, 2 * _letters(instead) + 1)


def _letters(words: list[str]) -> int:
    return sum(map(len, words))
