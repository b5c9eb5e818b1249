"""What may follow a text: is it a command, the beginning of one, or both? A question to the automaton; pure.

Speech ends between words, so only whole words count as going on: "light" does not become "lights" after a pause. What a
number may become is another matter: "20" was said "twenty", and "five" may follow. Words that change nothing ("please",
"what is the date [today]") are not waited for: what was said is a command, and it will be the same one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.flow import Continuation
from voiced.grammar.automaton import Close, Ended
from voiced.grammar.normalize import normalize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiced.grammar.automaton import Automaton, Mark, Place
    from voiced.grammar.grammar import Grammar

_FAR = 1_000  # places; what leads on to more is taken to change something


def continuation(grammar: Grammar, text: str) -> Continuation:
    """What may follow `text`; UNKNOWN where a wildcard takes whatever comes, since nothing tells when it has ended."""
    automaton = grammar.automaton
    normal = normalize(text, grammar.language).text
    places = automaton.walk(normal)
    if not normal or not places or any(map(automaton.is_wild, places)):
        return Continuation.UNKNOWN
    beyond = automaton.walk(" ", places)
    if not any(map(automaton.finish, places)):
        return Continuation.UNFINISHED if any(automaton.letters[place[0]] for place in beyond) else Continuation.UNKNOWN
    if any(_ends(automaton, number) for number in _longer_numbers(normal)):
        return Continuation.EXTENDABLE
    meant = {mark for place in places for marks in automaton.finish(place) for mark in marks if isinstance(mark, Ended)}
    return Continuation.EXTENDABLE if _may_change(automaton, beyond, meant) else Continuation.COMPLETE


def _may_change(automaton: Automaton, places: Iterable[Place], meant: set[Ended]) -> bool:
    """Whether more words can give a slot a value, or make it another sentence than the one that is meant."""
    waiting, seen = list(places), set(places)
    while waiting:
        place = waiting.pop()
        if automaton.is_wild(place) or len(seen) > _FAR:
            return True
        moves = [move for letter in automaton.letters[place[0]] for move in automaton.step(place, letter)]
        marks = [*(marks for _, marks in moves), *automaton.finish(place)]
        if any(_changes(mark, meant) for each in marks for mark in each):
            return True
        new = {there for there, _ in moves} - seen
        seen |= new
        waiting.extend(new)
    return False


def _changes(mark: Mark, meant: set[Ended]) -> bool:
    return not isinstance(mark, Close) and {mark} != meant


def _ends(automaton: Automaton, normal: str) -> bool:
    return any(map(automaton.finish, automaton.walk(normal)))


def _longer_numbers(normal: str) -> Iterable[str]:
    """The text with numbers that are said beginning with its last one: twenty → twenty-five, two → two hundred."""
    if not normal[-1].isdigit():
        return
    yield from (normal + zeros for zeros in ("00", "000"))
    if normal.endswith("0"):
        yield from (normal[:-1] + digit for digit in "123456789")
    if normal.endswith("00"):
        yield from (normal[:-2] + tens + "0" for tens in "123456789")
