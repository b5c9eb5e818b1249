"""How a reading agrees with what Whisper would write without the grammar. Pure: two texts in normal form.

Held to a grammar, Whisper leaves out what does not fit there: the "oat" of "coffee with oat milk", the "don't" of
"don't turn on the lights"; and it goes on where the speaker has stopped: "with a lot of" becomes "with a lot of milk".
Free, it writes what was said. In noise it mishears single words then, and says some again, which counts for little:
only another word between those of the reading, and last words of the reading that are missing altogether.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import NamedTuple

LETTERS_A_SECOND = 15  # as people speak: the median of coffee orders and of commands in five languages


class Agreement(NamedTuple):
    """Of a reading with what was heard."""

    alike: float  # share of the letters that are the same, 0 to 1
    left_out: int  # letters of words that were heard between others, and that the reading has nowhere
    made_up: int  # letters of its last words, if they were not heard


def agreement(read: str, heard: str) -> Agreement:
    """Compare letters, then words."""
    alike = SequenceMatcher(None, heard, read, autojunk=False).ratio()
    left_out = made_up = 0
    theirs, ours = heard.split(), read.split()
    for change, begin, end, first, last in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if change == "insert":
            left_out += sum(len(word) for word in theirs[first:last] if word not in ours)
        elif change == "delete" and end == len(ours):
            made_up = sum(map(len, ours[begin:end]))
    return Agreement(alike, left_out, made_up)
