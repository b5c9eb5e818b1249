"""What may still come after a text: slots, and ends of sentences. Depends on the grammar alone, so it is found once.

A search of states, not of places: what can follow inside a part does not depend on who has called it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voiced.grammar.automaton import Open, Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiced.grammar.automaton import Automaton, Jump
    from voiced.grammar.state_sets import StateSet

_REMEMBERED_SETS = 2_000


class Following(NamedTuple):
    """What may come."""

    slot: bool  # a slot may open, or get a value
    ended: frozenset[int]  # sentences that may end; not all of them where a slot may come
    leaves: bool  # the end of the part that was searched

    def changes(self, meant: frozenset[int]) -> bool:
        """Whether more words can give a slot a value, or complete another sentence than those that are `meant`."""
        return self.slot or any(meant != {sentence} for sentence in self.ended)


_A_SLOT = Following(slot=True, ended=frozenset(), leaves=True)


class Follower:
    """Finds what may follow; remembers it."""

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self._parts: dict[int, Following] = {}  # by their first state
        self._known: dict[StateSet, Following] = {}
        # Another command may follow any, behind "and", or another value: nobody waits for that.
        joints = frozenset(state for joined in automaton.joined for state in joined.states)
        self._joining = joints | automaton.several.words

    def after(self, here: StateSet) -> Following:
        """What may follow where a text stands."""
        found = self._known.get(here)
        if found is None:
            # Sets are many, and few are asked about twice: those at pauses.
            if len(self._known) >= _REMEMBERED_SETS:
                self._known.clear()
            found = self._known[here] = self._find(here)
        return found

    def _find(self, here: StateSet) -> Following:
        # First what is read by the set itself and inside called parts; then, where these end, by their callers.
        states = set(here.states)
        for part, backs in here.calls:
            # Nor for a value behind a comma.
            if backs <= self._automaton.several.behind:
                continue
            inside = self.after(part)
            if inside.slot:
                return _A_SLOT
            if inside.leaves:
                states |= backs
        return self._search(states)

    def _search(self, begin: Iterable[int]) -> Following:
        """What may follow states of one part, up to its end: a depth-first search that ends at the first slot."""
        # Every state is visited once; of what is called only the end matters, unless a slot is inside.
        automaton = self._automaton
        seen, leaves = set(begin) - self._joining, False
        waiting = list(seen)
        while waiting:
            state = waiting.pop()
            leaves |= bool(automaton.returns[state])
            if state in automaton.sets.wild or any(map(self._gives_a_slot, automaton.jumps[state])):
                return _A_SLOT
            # By letters, and by jumps; a called part is passed over, if it can be.
            new = {*automaton.letters[state].values()}
            new.update(jump.target if jump.back is None else jump.back for jump in self._passable(state))
            waiting += new - seen
            seen |= new
        return Following(slot=False, ended=frozenset(automaton.sets.ended_in(seen)), leaves=leaves)

    def _gives_a_slot(self, jump: Jump) -> bool:
        # A list whose values cannot be said opens no slot; a rule may hold one.
        # (`at_boundary` does not matter: no value begins with a space.)
        if isinstance(jump.mark, Open):
            return bool(self._automaton.sets.entered((jump.target,), at_boundary=False))
        return isinstance(jump.mark, Value) or (jump.back is not None and self._part(jump.target).slot)

    def _passable(self, state: int) -> Iterable[Jump]:
        # A call of what cannot be said, such as a list of "-" alone, leads nowhere.
        return [jump for jump in self._automaton.jumps[state] if jump.back is None or self._part(jump.target).leaves]

    def _part(self, first: int) -> Following:
        # Parts do not call themselves, so this ends.
        if first not in self._parts:
            self._parts[first] = self._search((first,))
        return self._parts[first]
