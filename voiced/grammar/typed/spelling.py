"""Letters and digits one after the other, as they are spelt: "A B C" is ABC, and so are "ABC" and "A-B-C".

They are those of English: a recogniser writes their names as letters, in any language with Latin ones. Letters stand
apart or in one piece, and only digits part pieces: "AB 12 CD" is spelt, and "contact A B" is a word and two letters.
"""

from __future__ import annotations

import re
from string import ascii_lowercase
from typing import TYPE_CHECKING

from voiced.grammar.typed.words import Words, digits

if TYPE_CHECKING:
    from voiced.grammar.automaton import Parts
    from voiced.grammar.definitions import TypedList
    from voiced.grammar.typed.words import Values

# What was read last → what may come next, and what that makes it. A letter may begin a piece; one that stands apart
# is followed by others that do.
_NEXT = {
    "first": {"{letter}": "single", "{double}": "apart", "{digit}": "digit"},
    "single": {"{letter}": "piece", " {letter}": "apart", " {double}": "apart", "[ ]{digit}": "digit"},
    "apart": {" {letter}": "apart", " {double}": "apart", "[ ]{digit}": "digit"},
    "piece": {"{letter}": "piece", "[ ]{digit}": "digit"},
    "digit": {"{letter}": "piece", " {letter}": "single", " {double}": "apart", "[ ]{digit}": "digit"},
}


# Letters that are two where they are folded: they stand apart as one.
_GERMAN = {"ä": "AE", "ö": "OE", "ü": "UE", "ß": "SS"}
_NORDIC = {"æ": "AE", "ø": "OE", "å": "AA"}
_DOUBLE = {"de": _GERMAN, "lb": _GERMAN, **dict.fromkeys(("da", "nb", "nn", "no"), _NORDIC)}


def words(typed: TypedList) -> Words:
    """As many letters as must be said, and then as many as may be."""
    # A rule for each number of letters and what the last one was: "single_2" is what follows "A B".
    rules = {
        f"{last}_{count}": _behind(last, count, typed)
        for count in range(1, typed.stop)
        for last in ("single", "apart", "piece", "digit")
    }
    lists: dict[str, Values] = {
        "letter": {letter: letter.upper() for letter in ascii_lowercase},
        "double": _doubles(typed),
        "digit": digits(0, 9, "{}"),
    }
    return Words(_behind("first", 0, typed), lists, rules)


def _doubles(typed: TypedList) -> dict[str, str]:
    return _DOUBLE.get(re.split("[-_]", typed.language)[0], {})


def _behind(last: str, count: int, typed: TypedList) -> str:
    """What may be said behind as many letters: one more, and what is behind that."""
    # Behind the last letter that may be said there is no rule.
    more = "" if count + 1 == typed.stop else f"_{count + 1}>"
    may_come = {one: now for one, now in _NEXT[last].items() if _doubles(typed) or "double" not in one}
    # What must be said is a choice, what may be an option.
    said = "|".join(one + (more and f"<{now}{more}") for one, now in may_come.items())
    return f"({said})" if count < typed.start else f"[{said}]"


def letters(parts: Parts) -> str:
    """What was spelt, in capitals."""
    return "".join(map(str, parts))
