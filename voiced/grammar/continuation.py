"""What may come after a text, and what may have come before it: two questions that recognition asks the automaton.

`continuation` decides how long the ear waits at a pause. Speech ends between words, so only whole words count as going
on: "light" does not become "lights" after a pause. A number is an exception: "20" was said "twenty", and "five" may
follow. Words that change nothing ("please", "what is the date [today]") are not waited for.

`goes_without_saying` decides whether missing first words matter: the ear may have cut them off, or nobody said them.
"Large latte" can only end an order, so "I want a" changes nothing. "The music" ends both "stop the music" and "resume
the music", and "to 20 degrees" lacks the room: there the missing words matter.

Pure: knows neither audio nor time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.flow import Continuation
from voiced.grammar.match import meanings
from voiced.grammar.spelt_out import without_wildcards

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiced.grammar.grammar import Grammar
    from voiced.grammar.set_machine import SetMachine


def continuation(grammar: Grammar, text: str) -> Continuation:
    """Tell whether `text` is a command, the beginning of one, or both.

    UNKNOWN inside a wildcard, which takes whatever comes: nothing tells when it has ended. Never CONCLUDED: only the
    sound tells that. Cost: the length of the text.
    """
    sets = grammar.automaton.sets
    normal = grammar.normalize(text).text
    # Where the automaton can be after the text; nowhere: no sentence begins like this.
    here = sets.walk(normal)
    if not normal or not here:
        return Continuation.UNKNOWN
    if here.is_wild:
        return _beside_wildcards(without_wildcards(sets), normal, is_command=bool(sets.finish(here).sentences))
    # A pause parts words, so whatever follows begins behind a space.
    beyond = sets.step(here, " ")
    meant = sets.finish(here).sentences
    if not meant:
        return Continuation.UNFINISHED if beyond.goes_on() else Continuation.UNKNOWN
    # From here on the text is a command. Can its last number grow, or can words that follow change its meaning?
    if any(_ends(sets, longer) for longer in _longer_numbers(normal)):
        return Continuation.EXTENDABLE
    return Continuation.EXTENDABLE if grammar.follower.after(beyond).changes(meant) else Continuation.COMPLETE


def _beside_wildcards(tame: SetMachine, normal: str, *, is_command: bool) -> Continuation:
    """Tell what a text in a wildcard is without any; `is_command`: with wildcards it is one.

    Where everything may be followed by "in five minutes", "turn off the light" is a command that may go on, and "turn
    off the" has not ended.
    """
    here = tame.walk(normal)
    if tame.finish(here).sentences:
        return Continuation.EXTENDABLE
    goes_on = not is_command and tame.step(here, " ").goes_on()
    return Continuation.UNFINISHED if goes_on else Continuation.UNKNOWN


def _ends(sets: SetMachine, normal: str) -> bool:
    return bool(sets.finish(sets.walk(normal)).sentences)


def _longer_numbers(normal: str) -> Iterable[str]:
    """The text with numbers whose words begin like its last one: twenty → twenty-five, two → two hundred."""
    if not normal[-1].isdigit():
        return
    yield from (normal + zeros for zeros in ("00", "000"))
    # 20 → 21 … 29: "twenty" was said, and a unit may follow.
    if normal.endswith("0"):
        yield from (normal[:-1] + digit for digit in "123456789")
    # 100 → 110 … 190: tens may follow "one hundred".
    if normal.endswith("00"):
        yield from (normal[:-2] + tens + "0" for tens in "123456789")


def goes_without_saying(grammar: Grammar, opening: str, rest: str) -> bool:
    """Whether `rest` alone has one meaning, and "`opening` `rest`" has it too; both texts in normal form."""
    # Match the rest twice: from wherever a sentence may stand after its first words, and as the end of the whole.
    # Where nothing begins that the rest could end, nothing is matched.
    normal = grammar.normalize(rest)
    begin = grammar.openings.leading_to_the_end(normal.text)
    if not begin:
        return False
    alone, whole = [
        {match.meaning for match in found}
        for found in (
            meanings(grammar.automaton, grammar.sentences, rest, normal, begin),
            grammar.matches(f"{opening} {rest}"),
        )
    ]
    return len(alone) == 1 and alone <= whole
