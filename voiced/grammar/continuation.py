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
from voiced.grammar.automaton import Close, Ended, Open
from voiced.grammar.match import match_text
from voiced.grammar.normalize import normalize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiced.grammar.automaton import Automaton, Mark, Move, Place
    from voiced.grammar.grammar import Grammar

_MOST_PLACES_AFTER = 1_000  # a search for slots behind a text gives up here, and takes it that there is one
_MOST_PLACES_BEFORE = 20_000  # a household's grammar has some 2,000 places before its first slots


def continuation(grammar: Grammar, text: str) -> Continuation:
    """Tell whether `text` is a command, the beginning of one, or both.

    UNKNOWN inside a wildcard, which takes whatever comes: nothing tells when it has ended. Never CONCLUDED: only the
    sound tells that. Cost: the length of the text, and up to 1,000 places behind it.
    """
    automaton = grammar.automaton
    normal = normalize(text, grammar.language).text
    # Every place in which the automaton can be after the text; none: no sentence begins like this.
    places = automaton.walk(normal)
    if not normal or not places or any(map(automaton.is_wild, places)):
        return Continuation.UNKNOWN
    # A pause parts words, so whatever follows begins behind a space.
    beyond = automaton.walk(" ", places)
    if not any(map(automaton.finish, places)):
        return Continuation.UNFINISHED if any(automaton.letters[place[0]] for place in beyond) else Continuation.UNKNOWN
    # From here on the text is a command. Can its last number grow, or can words that follow change its meaning?
    if any(_ends(automaton, longer) for longer in _longer_numbers(normal)):
        return Continuation.EXTENDABLE
    meant = {mark for place in places for marks in automaton.finish(place) for mark in marks if isinstance(mark, Ended)}
    return Continuation.EXTENDABLE if _may_change(automaton, beyond, meant) else Continuation.COMPLETE


def _may_change(automaton: Automaton, places: Iterable[Place], meant: set[Ended]) -> bool:
    """Whether more words can give a slot a value, or complete another sentence than `meant`."""
    waiting, seen = list(places), set(places)
    # Depth-first search of the places that can be reached; each is visited once.
    while waiting:
        place = waiting.pop()
        if automaton.is_wild(place) or len(seen) > _MOST_PLACES_AFTER:
            return True
        moves = [move for letter in automaton.letters[place[0]] for move in automaton.step(place, letter)]
        # Marks are where meaning is: on the moves to other places, and on the ways to the end.
        marks = [*(marks for _, marks in moves), *automaton.finish(place)]
        if any(_changes(mark, meant) for each in marks for mark in each):
            return True
        new = {there for there, _ in moves} - seen
        seen |= new
        waiting.extend(new)
    return False


def _changes(mark: Mark, meant: set[Ended]) -> bool:
    # The end of the very sentence that is meant changes nothing; neither does the end of a slot that was open before.
    return not isinstance(mark, Close) and {mark} != meant


def _ends(automaton: Automaton, normal: str) -> bool:
    return any(map(automaton.finish, automaton.walk(normal)))


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
    begin = _after_openings(grammar.automaton)
    alone, whole = [
        {(match.intent, frozenset(match.slots.items())) for match in found}
        for found in (
            match_text(grammar.automaton, grammar.sentences, rest, grammar.language, begin),
            grammar.matches(f"{opening} {rest}"),
        )
    ]
    return len(alone) == 1 and alone <= whole


def _after_openings(automaton: Automaton) -> tuple[Move, ...]:
    """Where a text may begin whose first words are missing: at a word's beginning, before any slot has opened.

    No moves if the grammar has too many beginnings to follow. Never inside a wildcard, which takes whatever comes.
    """
    found: dict[Move, None] = {}  # a set that keeps its order
    seen: set[Place] = set()
    waiting: list[Place] = []

    def arrive(moves: Iterable[Move]) -> None:
        for move in moves:
            place, marks = move
            # A place at a boundary stands between words: a text may begin here.
            if place[1] and not automaton.is_wild(place):
                found[move] = None
            # The search goes on only where no slot has opened: words that were left out must not hold a value.
            if not _opens_a_slot(marks) and place not in seen:
                seen.add(place)
                waiting.append(place)

    # Each place is followed once, whatever leads to it.
    arrive(automaton.start())
    while waiting:
        place = waiting.pop()
        if len(seen) > _MOST_PLACES_BEFORE:
            return ()
        for letter in automaton.letters[place[0]]:
            arrive(automaton.step(place, letter))
    return tuple(found)


def _opens_a_slot(marks: Iterable[Mark]) -> bool:
    return any(isinstance(mark, Open) and mark.slot is not None for mark in marks)
