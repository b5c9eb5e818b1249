"""Where a text may begin whose first words are missing; depends on the grammar alone, so it is found once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voiced.grammar.automaton import Open
from voiced.grammar.state_sets import called_from

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiced.grammar.automaton import Automaton, Mark, Move, Place
    from voiced.grammar.state_sets import StateSet

_MOST_PLACES = 20_000  # a household's grammar has some 2,000 places before its first slots


class _Found(NamedTuple):
    moves: tuple[tuple[Move, int], ...]  # to each place in which a text may begin, and the sentence that it is in
    places: StateSet


class Openings:
    """Where texts may begin in the middle of sentences: at a word, before any slot has opened."""

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self._found: list[_Found] = []  # one, once somebody has asked

    def leading_to_the_end(self, normal: str) -> tuple[Move, ...]:
        """The moves to places from which a text in normal form completes a sentence (or another text does).

        No moves if the grammar has too many such places to follow.
        """
        # The first question costs the search; all others a walk.
        if not self._found:
            moves = _after_openings(self._automaton)
            owners = _owners(self._automaton) if moves else {}
            places = set_of_places(self._automaton, (place for place, _ in moves))
            self._found.append(_Found(tuple((move, owners[_outermost(move[0])]) for move in moves), places))
        # (`_found` is a memory: two threads at worst search twice.)
        # One walk of all places together tells which sentences are worth a closer look.
        found, sets = self._found[0], self._automaton.sets.single
        ended = sets.finish(sets.walk(normal, found.places)).sentences
        return tuple(move for move, sentence in found.moves if sentence in ended)


def _after_openings(automaton: Automaton) -> tuple[Move, ...]:
    """The moves to all places that a text may begin in whose first words are missing.

    Never inside a wildcard, which takes whatever comes. No moves if there are too many to follow.
    """
    found: dict[Move, None] = {}  # a set that keeps its order
    seen: set[Place] = set()
    waiting: list[Place] = []

    def arrive(moves: Iterable[Move]) -> None:
        for move in moves:
            place, marks = move
            # A place at a boundary stands between words: a text may begin here.
            if place[1] and place[0] != automaton.final and place[0] not in automaton.sets.wild:
                found[move] = None
            # The search goes on only where no slot has opened: words that were left out must not hold a value.
            if not _opens_a_slot(marks) and place not in seen:
                seen.add(place)
                waiting.append(place)

    # Each place is followed once, whatever leads to it.
    arrive(automaton.start(range(len(automaton.sentences))))
    while waiting:
        place = waiting.pop()
        if len(seen) > _MOST_PLACES:
            return ()
        for letter in automaton.letters[place[0]]:
            arrive(automaton.step(place, letter))
    return tuple(found)


def _opens_a_slot(marks: Iterable[Mark]) -> bool:
    return any(isinstance(mark, Open) and mark.slot is not None for mark in marks)


def _owners(automaton: Automaton) -> dict[int, int]:
    """State → its sentence, for states that belong to one sentence and to no part."""
    owners: dict[int, int] = {}
    for sentence, (first, _) in enumerate(automaton.sentences):
        waiting = [first]
        # No two sentences share a state of their own, so whoever comes first is the only one.
        while waiting:
            state = waiting.pop()
            if state in owners:
                continue
            owners[state] = sentence
            # Calls are passed over: what they lead to belongs to all who call.
            waiting += automaton.letters[state].values()
            waiting += [jump.target if jump.back is None else jump.back for jump in automaton.jumps[state]]
    return owners


def _outermost(place: Place) -> int:
    """The state of a place that belongs to a sentence: where its outermost call returns to."""
    # Stacks are linked lists, the innermost caller first.
    state, _, stack = place
    while stack is not None:
        state, stack = stack
    return state


def set_of_places(automaton: Automaton, places: Iterable[Place]) -> StateSet:
    """The set of places that are settled and stand at a boundary; of single commands."""
    # A stack as a list, the outermost caller first: so places are grouped from the outside.
    return _grouped(automaton, [(list(called_from(stack))[::-1], state) for state, _, stack in places])


def _grouped(automaton: Automaton, places: list[tuple[list[int], int]]) -> StateSet:
    # Who has no caller left stands here; the others inside the part that the first of their callers called.
    states = frozenset(state for callers, state in places if not callers and automaton.letters[state])
    inside: dict[int, list[tuple[list[int], int]]] = {}
    for callers, state in places:
        if callers:
            inside.setdefault(callers[0], []).append((callers[1:], state))
    # Callers that stand before one set of the part they called share it.
    calls: dict[StateSet, frozenset[int]] = {}
    for back, there in inside.items():
        part = _grouped(automaton, there)
        calls[part] = calls.get(part, frozenset()) | {back}
    return automaton.sets.single.interned((states, frozenset(calls.items()), frozenset(), False, True))
