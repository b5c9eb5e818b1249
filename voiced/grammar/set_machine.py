"""The automaton made deterministic as it is read: after each text there is one set of states, and each set has a number
of letters that lead on, each to one set (the subset construction, done lazily).

Hundreds of sentences that begin alike are one set, so reading a letter costs one look into a table, however many
sentences there are. What was computed is remembered, within bounds.

Stacks would multiply: a list that three hundred sentences call would be three hundred places. So a set holds each
called part once, and beside it the states in which its callers go on (a graph-structured stack, Tomita 1987):

    after "turn on the kit", for 'turn on the {name} light' and 'turn on the {name} in {room}':
    states  -                                      no sentence reads by itself
    calls   [({4}, {12, 31})]                      `name` stands in state 4, and then 12 or 31 goes on

Inside the list a letter moves state 4 alone; its callers matter again when the list has ended. Marks are left out:
which sentences a text completes is known here, what it means is found by `match`, in those sentences alone.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from voiced.grammar.state_sets import ANY, Closure, End, StateSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from voiced.grammar.automaton import Automaton
    from voiced.grammar.state_sets import Key, States

_MOST_REMEMBERED = 600_000  # states in sets, and ten for each set: about 40 MB; those that ship come to 30,000
_SET_WEIGHT = 10


class SetMachine:
    """The deterministic machine of an automaton; it only grows what it remembers."""

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self.letters = automaton.letters
        self._ended: Mapping[int, int] = {last: number for number, (_, last) in enumerate(automaton.sentences)}
        self._plain = bytes(
            bool(letters) and not jumps and not ends
            for letters, jumps, ends in zip(automaton.letters, automaton.jumps, automaton.returns, strict=True)
        )
        # States inside of wildcards.
        self.wild = frozenset(state for state, letters in enumerate(automaton.letters) if ANY in letters)
        # Last state of a sentence → the state before the words that join another command to it.
        self._joints: Mapping[int, int] = {
            automaton.sentences[number][1]: joined.first
            for joined in automaton.joined
            for number in joined.joint.before
        }
        self._gates: Mapping[int, int] = automaton.several.gates  # state behind a value → the one before others
        # What was computed: sets by their content, and closures by state and boundary.
        self._sets: dict[Key, StateSet] = {}
        self._weight = 0
        self._entries: dict[tuple[States, bool], StateSet] = {}
        self._closures: dict[tuple[int, bool], Closure] = {}
        self.tame: SetMachine | None = None  # without wildcards; made when it is asked for (`spelt_out`)
        # A machine that reads one command, and nothing behind it; and one that reads one value in each slot, too.
        self.one_command: SetMachine = _without("_joints", self)
        self.single: SetMachine = _without("_gates", self.one_command)
        vars(self.one_command).update(one_command=self.one_command, single=self.single)
        vars(self.single).update(one_command=self.single, single=self.single)

    def afresh(self) -> SetMachine:
        """A machine of the same automaton that remembers nothing yet: what depends on the automaton alone is shared."""
        machine = copy(self)
        vars(machine).update(_sets={}, _entries={}, _weight=0, tame=None)
        return machine

    @property
    def start(self) -> StateSet:
        """Where a text begins."""
        return self.entered([self._automaton.initial], at_boundary=True)

    @property
    def remembered(self) -> int:
        """How much is remembered: states in all sets, and ten for each set."""
        return self._weight

    def walk(self, text: str, here: StateSet | None = None) -> StateSet:
        """The set after a text in normal form, from `here` (default: the start); a false one: not allowed."""
        here = self.start if here is None else here
        for char in text:
            # The table first; only a letter that was never read here costs more.
            here = here.next.get(char) or self.step(here, char)
            if not here:
                break
        return here

    def step(self, here: StateSet, char: str) -> StateSet:
        """The set after one more letter."""
        there = here.next.get(char)
        if there is None:
            there = here.next[char] = self._follow(here, char)
        return there

    def finish(self, here: StateSet) -> End:
        """Which sentences are complete if the text ends here, and whether a part is."""
        if here.end is None:
            # Callers of parts that are complete go on without reading, too. As at a boundary: spaces that the grammar
            # has at the end need not be written.
            states = set(here.states)
            for part, backs in here.calls:
                if self.finish(part).leaves:
                    states |= backs
            # What lies behind these states, and needs no letter, has ended with them.
            closures = [self._closure(state, at_boundary=True) for state in states]
            ended = here.ended.union(*(closure.ended for closure in closures))
            here.end = End(ended, here.leaves or any(closure.leaves for closure in closures))
        return here.end

    def ended_in(self, states: set[int]) -> Iterator[int]:
        """The sentences whose last state is among these."""
        return (self._ended[state] for state in states & self._ended.keys())

    def targets(self, here: StateSet) -> dict[str, list[int]]:
        """Letter → the states after it, for what the states of a set read by themselves; called parts left out."""
        found = here.targets
        if found is None:
            found = {}
            for state in here.states:
                for letter, target in self.letters[state].items():
                    found.setdefault(letter, []).append(target)
            # Handed over when it is whole: other threads may ask.
            here.targets = found
            self._weight += _SET_WEIGHT + len(here.states)
        return found

    def own(self, here: StateSet) -> StateSet:
        """A set without what it has called: what it reads by itself."""
        if here.own is None:
            key: Key = (here.states, frozenset(), frozenset(), False, here.at_boundary)
            here.own = self.interned(key) if here.calls or here.ended or here.leaves else here
        return here.own

    def entered(self, states: Iterable[int], *, at_boundary: bool) -> StateSet:
        """The set of all that is reached from states without reading."""
        return self._entered(frozenset(states), at_boundary=at_boundary)

    # ---- one letter

    def _follow(self, here: StateSet, char: str) -> StateSet:
        # A set steps piece by piece, since pieces recur where the whole is new: what it reads by itself, …
        if not here.calls:
            return self._read(here, char)
        own, at_boundary = self.own(here), char == " "
        pieces = [own.next.get(char) or self.step(own, char)] if here.states else []
        calls: dict[StateSet, States] = {}
        # … each called part, which reads once for all who called it; and where it ends, its callers, who go on.
        for part, backs in here.calls:
            there = part.next.get(char) or self.step(part, char)
            if there.states or there.calls:
                calls[there] = self._union([calls[there], backs]) if there in calls else backs
            if there.leaves:
                pieces.append(self._entered(backs, at_boundary=at_boundary))
        return self._joined(pieces, calls, at_boundary=at_boundary)

    def _read(self, own: StateSet, char: str) -> StateSet:
        # By the letter's name, and as any letter of a wildcard.
        at_boundary, letters = char == " ", self.letters
        entered = [letters[state][char] for state in own.states if char in letters[state]]
        if own.is_wild and not at_boundary:
            entered += [letters[state][ANY] for state in own.states & self.wild]
        return self._settled(frozenset(entered), at_boundary=at_boundary)

    def _joined(self, pieces: list[StateSet], calls: dict[StateSet, States], *, at_boundary: bool) -> StateSet:
        """The union of sets, and of parts that were called before."""
        if len(pieces) == 1 and not calls:
            return pieces[0]
        # Parts that several pieces call in one set have the callers of all.
        for piece in pieces:
            for part, backs in piece.calls:
                calls[part] = self._union([calls[part], backs]) if part in calls else backs
        several = [piece.states for piece in pieces if piece.states]
        states = self._union(several) if several else frozenset()
        ended = frozenset[int]().union(*(piece.ended for piece in pieces))
        leaves = any(piece.leaves for piece in pieces)
        return self.interned((states, frozenset(calls.items()), ended, leaves, at_boundary))

    def _union(self, several: list[States]) -> States:
        # What is not copied takes no room: most sets hold on to states and callers of the ones before.
        if len(several) == 1:
            return several[0]
        union = several[0].union(*several[1:])
        self._weight += len(union)
        return union

    def _entered(self, entered: States, *, at_boundary: bool) -> StateSet:
        """The set of all that is reached from states without reading."""
        key = (entered, at_boundary)
        found = self._entries.get(key)
        if found is None:
            found = self._settled(entered, at_boundary=at_boundary)
            # Its key is remembered, too.
            self._weight += _SET_WEIGHT + len(entered)
            self._entries[key] = found
        return found

    def _settled(self, entered: States, *, at_boundary: bool) -> StateSet:
        states, ended, leaves = set[int](), set[int](), False
        backs: dict[int, set[int]] = {}
        for state in entered:
            # Most states only read.
            if self._plain[state] and not (at_boundary and " " in self.letters[state]):
                states.add(state)
                continue
            # The others are passed through, to all that lies behind.
            closure = self._closure(state, at_boundary=at_boundary)
            states.update(closure.states)
            ended.update(closure.ended)
            leaves |= closure.leaves
            for first, back in closure.calls:
                if first in backs:
                    backs[first].add(back)
                else:
                    backs[first] = {back}
        self._weight += len(states) + sum(map(len, backs.values()))
        # Whoever calls a part at this letter shares it with all others who do.
        calls: dict[StateSet, States] = {}
        for first, callers in backs.items():
            part = self._entered(frozenset((first,)), at_boundary=at_boundary)
            if part.states or part.calls:
                calls[part] = calls[part].union(callers) if part in calls else frozenset(callers)
        return self.interned((frozenset(states), frozenset(calls.items()), frozenset(ended), leaves, at_boundary))

    def interned(self, key: Key) -> StateSet:
        """The one set with this content."""
        found = self._sets.get(key)
        if found is None:
            # Count before adding, so that what is remembered never exceeds the bound.
            self._weight += _SET_WEIGHT + len(key[1])
            if self._weight > _MOST_REMEMBERED:
                self._forget()
            is_wild = not self.wild.isdisjoint(key[0]) or any(part.is_wild for part, _ in key[1])
            found = self._sets.setdefault(key, StateSet(key, is_wild=is_wild))
        return found

    def _forget(self) -> None:
        # Forgetting everything at once costs less than keeping count of what was used last. Sets that somebody still
        # holds stay usable; they find their ways anew.
        for known in list(self._sets.values()):
            known.next.clear()
        self._sets.clear()
        self._entries.clear()
        self._closures.clear()
        self._weight = 0

    # ---- without reading

    def _closure(self, state: int, *, at_boundary: bool) -> Closure:
        # Two for each state at most, since a boundary is there or not.
        key = (state, at_boundary)
        closure = self._closures.get(key)
        if closure is None:
            closure = self._closures[key] = self._close(state, at_boundary=at_boundary)
            self._weight += _SET_WEIGHT + len(closure.states) + len(closure.calls)
        return closure

    def _close(self, state: int, *, at_boundary: bool) -> Closure:
        """What is reached from a state without reading, by a search of its own part."""
        states, calls, ended = dict[int, None](), dict[tuple[int, int], None](), list[int]()
        seen, waiting, leaves = {state}, [state], False
        while waiting:
            now = waiting.pop()
            # What this state is: the end of a part, of a sentence, or one that reads.
            letters = self.letters[now]
            leaves |= bool(self._automaton.returns[now])
            if now in self._ended:
                ended.append(self._ended[now])
            if letters:
                states[now] = None
            # A space was just read, or nothing yet: the space that comes next has been read with it.
            new = [letters[" "]] if at_boundary and " " in letters else []
            # Behind a whole command another one may follow, and behind a value another one of its slot.
            new += [ways[now] for ways in (self._joints, self._gates) if now in ways]
            for jump in self._automaton.jumps[now]:
                if jump.back is None:
                    new.append(jump.target)
                    continue
                # A part that may be passed without reading is called, and left at once.
                calls[jump.target, jump.back] = None
                if self.entered((jump.target,), at_boundary=at_boundary).leaves:
                    new.append(jump.back)
            waiting += [there for there in new if there not in seen]
            seen.update(new)
        return Closure(tuple(states), tuple(calls), tuple(ended), leaves)


def _without(ways: str, machine: SetMachine) -> SetMachine:
    """A machine without some of its ways; the same one if it has none of them."""
    if vars(machine)[ways]:
        # What does not change is shared; what is computed is not.
        machine = copy(machine)
        vars(machine).update({ways: {}}, _sets={}, _entries={}, _closures={}, tame=None)
    return machine
