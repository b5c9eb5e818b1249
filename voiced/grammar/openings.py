"""What a text may be the end of: where the ear missed how a command began, or nobody said "I want a".

"Large latte" is the end of orders only, and of which does not matter: it is one. "The music" is the end of "stop the
music" and of "resume the music"; "to 20 degrees" says nothing of where. So beginnings count as going without saying
that give no slot a value, if all sentences that end like this mean the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.grammar.automaton import Open
from voiced.grammar.match import match_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiced.grammar.automaton import Automaton, Mark, Move, Place
    from voiced.grammar.grammar import Grammar

_FAR = 20_000  # places; the grammar of a household has some 2,000 before its first slots


def goes_without_saying(grammar: Grammar, opening: str, rest: str) -> bool:
    """Whether `rest` alone means what both together mean, and nothing else; both in normal form."""
    begin = _after_openings(grammar.automaton)
    meant = [
        {(match.intent, frozenset(match.slots.items())) for match in found}
        for found in (
            match_text(grammar.automaton, grammar.sentences, rest, grammar.language, begin),
            grammar.matches(f"{opening} {rest}"),
        )
    ]
    return len(meant[0]) == 1 and meant[0] <= meant[1]


def _after_openings(automaton: Automaton) -> tuple[Move, ...]:
    """Where a text may begin whose first words are missing; nowhere if the grammar has too many beginnings to tell.

    Never in a wildcard, which takes whatever comes.
    """
    found: dict[Move, None] = {}
    seen: set[Place] = set()
    waiting: list[Place] = []

    def arrive(moves: Iterable[Move]) -> None:
        for move in moves:
            place, marks = move
            if place[1] and not automaton.is_wild(place):
                found[move] = None
            if not _tells(marks) and place not in seen:
                seen.add(place)
                waiting.append(place)

    arrive(automaton.start())
    while waiting:
        place = waiting.pop()
        if len(seen) > _FAR:
            return ()
        for letter in automaton.letters[place[0]]:
            arrive(automaton.step(place, letter))
    return tuple(found)


def _tells(marks: Iterable[Mark]) -> bool:
    return any(isinstance(mark, Open) and mark.slot is not None for mark in marks)
