"""Cuts ways of an automaton that lead nowhere, so that no text begins which cannot be ended.

They come from lists none of whose values can be said, such as a list of "-" alone, or one whose values all contradict
the context of a sentence. A trim automaton in the sense of automata theory: from every state some text leads to the end
of its part or of a sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from voiced.grammar.automaton import Jump


def trimmed(
    letters: Sequence[Mapping[str, int]], jumps: Sequence[tuple[Jump, ...]], ends: Iterable[int]
) -> tuple[tuple[Mapping[str, int], ...], tuple[tuple[Jump, ...], ...]]:
    """Letters and jumps of each state, without those that do not lead to one of `ends`, the last states of parts."""
    # States stay where they are, for their numbers are indices; only ways to dead ones go.
    alive = _alive(letters, jumps, ends)
    kept = tuple({letter: there for letter, there in ways.items() if there in alive} for ways in letters)
    return kept, tuple(tuple(jump for jump in ways if alive.issuperset(_needs(jump))) for ways in jumps)


def _needs(jump: Jump) -> tuple[int, ...]:
    # A call must come to the end of the part that it calls, and go on behind it.
    return (jump.target,) if jump.back is None else (jump.target, jump.back)


def _alive(letters: Sequence[Mapping[str, int]], jumps: Sequence[tuple[Jump, ...]], ends: Iterable[int]) -> set[int]:
    """The states from which an end can be reached: a search against the direction of the ways."""
    # State → the ways that need it: (where the way begins, all that it needs).
    ways: dict[int, list[tuple[int, tuple[int, ...]]]] = {}
    # A way by a letter needs one state; a call needs two.
    for state, (reads, goes) in enumerate(zip(letters, jumps, strict=True)):
        for needs in [*((there,) for there in reads.values()), *map(_needs, goes)]:
            for need in needs:
                ways.setdefault(need, []).append((state, needs))
    # A state is alive as soon as one of its ways has everything that it needs.
    # The ends are alive by themselves, and the search begins with them.
    alive = set(ends)
    waiting = list(alive)
    # Each way is looked at once for each state that it needs: linear in their number.
    while waiting:
        for state, needs in ways.get(waiting.pop(), ()):
            if state not in alive and alive.issuperset(needs):
                alive.add(state)
                waiting.append(state)
    return alive
