"""Letters and digits one after the other, as they are spelt: "A B C" is ABC, and so are "ABC" and "A-B-C".

They are those of English: a recogniser writes their names as letters, in any language with Latin ones.
"""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING

from voiced.grammar.typed.words import Words, digits

if TYPE_CHECKING:
    from voiced.grammar.automaton import Parts
    from voiced.grammar.definitions import TypedList


def words(typed: TypedList) -> Words:
    """As many letters as must be said, and then as many as may be."""
    letter = "({letter}|{digit})"
    # Each optional letter holds the next one: "a[[ ]b[[ ]c]]".
    # A space between letters may stand or not.
    said = "".join([letter, *[f"[ ]{letter}"] * (typed.start - 1)])
    may_follow = typed.stop - typed.start
    said += f"[[ ]{letter}" * may_follow + "]" * may_follow
    return Words(said, {"letter": {letter: letter.upper() for letter in ascii_lowercase}, "digit": digits(0, 9, "{}")})


def letters(parts: Parts) -> str:
    """What was spelt, in capitals."""
    return "".join(map(str, parts))
