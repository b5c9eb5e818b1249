"""The grammar as one immutable automaton over characters in normal form, read by two: the matcher and the constraint.

For `go {x}` with the values "hi" and "ho" it looks like this (a jump, ⇒, reads nothing; marks stand in brackets):

    0 ⇒ 2   2 -g→ 3 -o→ 4 -space→ 5   5 ⇒ 6 [Open x], push 11    the sentence, as far as the list
    6 -h→ 8   8 -i→ 9   9 ⇒ 7 [Value hi]                         the list, a part: a tree of letters
              8 -o→ 10  10 ⇒ 7 [Value ho]
    7 pops 11   11 ⇒ 12 [Close]   12 ⇒ 1 [Ended 0]               back in the sentence; 1 is the final state

A *place* is (state, at_boundary, stack): `step` leads from one place by one character to places, as in the subset
construction for nondeterministic automata. Five things go beyond a textbook's finite automaton:

- *Parts are shared, not copied.* A list, a range or a rule is built once and *called*: a jump into it pushes the state
  to come back to, its last state pops it (a recursive transition network). Ten thousand names used by three hundred
  sentences stay ten thousand names. Parts cannot call themselves, so the stack is as deep as they are nested, and the
  language stays regular.
- *Spaces collapse.* `turn on [the] light` holds two spaces when "the" is left out. A place knows whether it stands at
  the beginning of a word; there a space in the grammar may be passed without reading one.
- *Marks* on the jumps say where a slot opens and closes, its value, and which sentence has ended: for the matcher only.
- *Joints* lead from the end of a sentence, through "and", to the beginnings of others. The sets go that way, so that a
  compound of commands may be written; places do not: the matcher takes it apart first (`compound`).
- *Gates* lead from a value of a slot to more values of it (`several_values`). Sets of single commands keep them shut.

On places the matcher collects marks, in the few sentences that a text completes. Which those are, and all that a
decoder asks, is answered by `sets`, the automaton made deterministic (`set_machine`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from voiced.grammar.folding import AS_WRITTEN, Folding
from voiced.grammar.set_machine import SetMachine
from voiced.grammar.state_sets import ANY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from voiced.flow import SlotValue
    from voiced.grammar.definitions import TextValue
    from voiced.grammar.joining_words import Joint

_REMEMBERED_CLOSURES = 20_000
_REMEMBERED_STEPS = 20_000  # about 8 MB; a household's grammar has a few thousand


Parts: TypeAlias = "tuple[SlotValue, ...]"  # of a value that is computed

# A text is read by letters alone, and what it means is the marks on the way: Open(x), Value("hi"), Close(), Ended(0).


@dataclass(frozen=True, slots=True)
class Open:
    """A slot begins; None: a list whose value no slot takes."""

    slot: str | None


@dataclass(frozen=True, slots=True)
class Value:
    """The value of the slot that is open, or a part of it (`Gather`); None: the words that were said."""

    value: SlotValue | None
    spelt: str | None = None  # its words in normal form, where folding changes them: an exact spelling is better
    wild: bool = False  # of a wildcard, which takes any words
    origin: TextValue | None = None  # the value of a list, if there is more to know of it


@dataclass(frozen=True, slots=True)
class Close:
    """The open slot ends."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A sentence of the grammar is complete."""

    sentence: int  # index into `Grammar.sentences`


@dataclass(frozen=True, slots=True)
class Gather:
    """The values up to `Compute` are parts of one value."""


@dataclass(frozen=True, slots=True)
class Compute:
    """The value of the slot that is open is computed from its parts."""

    value: Callable[[Parts], SlotValue]


@dataclass(frozen=True, slots=True)
class Further:
    """Behind a value of a slot more values of it are said."""


@dataclass(frozen=True, slots=True)
class Respaced:
    """Behind a value a space is missing, or one stands that the template has not (`value_spaces`)."""


Mark: TypeAlias = Open | Value | Gather | Compute | Close | Ended | Further | Respaced
# Calls that have not returned, as a linked list: pushing shares the tail, and equal stacks are equal places.
Stack: TypeAlias = "tuple[int, Stack] | None"
Place: TypeAlias = tuple[int, bool, Stack]  # state, at_boundary (a word may begin here), stack
Move: TypeAlias = tuple[Place, tuple[Mark, ...]]  # where to, and the marks that were passed on the way


@dataclass(frozen=True, slots=True)
class Jump:
    """A transition that reads nothing (an epsilon transition)."""

    target: int
    mark: Mark | None = None
    back: int | None = None  # of a call: the state to go on in when the called part has ended


class Reached(NamedTuple):
    """What is reached without reading inside a part."""

    state: int | None  # None: the end of the part
    calls: tuple[int, ...]  # made on the way and not returned from: the states to come back to, the outermost first
    marks: tuple[Mark, ...]  # passed on the way


@dataclass(frozen=True, slots=True)
class Joined:
    """A joint, laid out as states."""

    joint: Joint
    first: int  # state before the words: from the last state of each sentence that may stand before them
    states: range  # all of them, down to the one before the next command


class SeveralValues(NamedTuple):
    """Where further values may be said, laid out as states."""

    gates: Mapping[int, int] = MappingProxyType({})  # state behind a value → the one before further values
    words: frozenset[int] = frozenset()  # inside of words that join values
    behind: frozenset[int] = frozenset()  # where a list goes on that was called behind a comma
    written: tuple[str, ...] = ()  # the words, in normal form, with spaces beside them: " and "
    forms: tuple[str, ...] = ()  # the same, folded: as they stand in texts


NO_VALUES = SeveralValues()


@dataclass(frozen=True, eq=False, slots=True)
class Automaton:
    """States are the numbers 0, 1, …: the indices of `letters`, `jumps` and `returns`.

    From one state each letter leads to one state at most; only jumps make the automaton nondeterministic.
    """

    # A state has letters (it reads) or jumps (it goes on), and the last state of a part has neither: it returns.
    letters: tuple[Mapping[str, int], ...]  # letter → state
    jumps: tuple[tuple[Jump, ...], ...]
    returns: bytes  # 1 in the last state of a part that is called
    sentences: tuple[tuple[int, int], ...]  # first and last state of each; no two sentences share a state of their own
    initial: int
    final: int
    folding: Folding = AS_WRITTEN  # of the letters, and of every text that is to be read
    written: frozenset[str] = frozenset()  # letters beyond ASCII of the files, as they were before folding
    joined: tuple[Joined, ...] = ()
    several: SeveralValues = NO_VALUES
    sets: SetMachine = field(init=False, repr=False)
    _steps: dict[tuple[Place, str], tuple[Move, ...]] = field(default_factory=dict, repr=False)
    _closures: dict[tuple[int, bool], tuple[Reached, ...]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        # A frozen value may set its own fields only like this.
        object.__setattr__(self, "sets", SetMachine(self))

    def start(self, sentences: Iterable[int], *, at_boundary: bool = True) -> tuple[Move, ...]:
        """The moves to the places in which a text of these sentences may begin."""
        firsts = (self.sentences[sentence][0] for sentence in sentences)
        return tuple(move for first in firsts for move in self._settle(first, at_boundary, None))

    def reads(self, place: Place, char: str) -> bool:
        """Whether a character leads anywhere."""
        # A wildcard reads letters, and spaces between them by their own name.
        letters = self.letters[place[0]]
        return char in letters or (ANY in letters and char != " ")

    def step(self, place: Place, char: str) -> tuple[Move, ...]:
        """The moves that one character in normal form allows; () if no sentence goes on like this."""
        key = (place, char)
        moves = self._steps.get(key)
        if moves is None:
            # Forgetting everything at once costs less than keeping count of what was used last.
            # (`_steps` is a memory, not a part of the value: two threads at worst compute one step twice.)
            if len(self._steps) >= _REMEMBERED_STEPS:
                self._steps.clear()
            moves = self._steps[key] = self._follow(place, char)
        return moves

    def finish(self, place: Place) -> tuple[tuple[Mark, ...], ...]:
        """The marks on each way from `place` to the end of a sentence without reading; () if none ends here."""
        state, _, stack = place
        # As at a boundary: spaces that the grammar has at the end of a sentence need not be written.
        return tuple(marks for end, marks in self._settle(state, True, stack) if end[0] == self.final)  # noqa: FBT003

    def _follow(self, place: Place, char: str) -> tuple[Move, ...]:
        state, _, stack = place
        letters = self.letters[state]
        # After a space a word may begin: the new places stand at a boundary.
        if char == " ":
            return self._settle(letters[" "], True, stack) if " " in letters else ()  # noqa: FBT003
        # A letter may lead two ways: by its own name, and as any letter of a wildcard.
        targets = [letters[letter] for letter in (char, ANY) if letter in letters]
        return tuple(move for target in targets for move in self._settle(target, False, stack))  # noqa: FBT003

    def _settle(self, state: int, at_boundary: bool, stack: Stack) -> tuple[Move, ...]:  # noqa: FBT001
        """The epsilon closure: moves to all places that are reached without reading and can read, or are final."""
        # A dict as a set that keeps its order, so that results do not depend on hashes.
        found: dict[Move, None] = {}
        self._unfold(state, at_boundary, stack, (), found)
        return tuple(found)

    def _unfold(  # what a search hands down
        self,
        state: int,
        at_boundary: bool,  # noqa: FBT001
        stack: Stack,
        marks: tuple[Mark, ...],
        found: dict[Move, None],
    ) -> None:
        """Add the moves from a state to `found`, behind the `marks` that were passed before."""
        for reached in self._closure(state, at_boundary):
            passed = marks + reached.marks
            # Calls on the way are pushed, the outermost first; the end of a part pops, and goes on with its caller.
            if reached.state is not None:
                inside = stack
                for back in reached.calls:
                    inside = (back, inside)
                found[(reached.state, at_boundary, inside), passed] = None
            elif stack is not None:
                self._unfold(stack[0], at_boundary, stack[1], passed, found)

    def _closure(self, state: int, at_boundary: bool) -> tuple[Reached, ...]:  # noqa: FBT001
        """What is reached from a state inside its part, in the order of a depth-first search; whoever called it."""
        key = (state, at_boundary)
        closure = self._closures.get(key)
        if closure is None:
            # (Like `_steps`, a memory: what is forgotten is found again.)
            if len(self._closures) >= _REMEMBERED_CLOSURES:
                self._closures.clear()
            closure = self._closures[key] = self._close(state, at_boundary)
        return closure

    def _close(self, state: int, at_boundary: bool) -> tuple[Reached, ...]:  # noqa: FBT001
        # A dict as a set that keeps its order, again.
        found: dict[Reached, None] = {}
        # Depth first, by hand: what waits is a state of this part to go on from, or a place inside a part it called.
        # Marks tell ways to one state apart, so (state, marks) is what is visited once.
        seen = set()
        waiting: list[tuple[int, tuple[Mark, ...]] | Reached] = [(state, ())]
        while waiting:
            here = waiting.pop()
            if isinstance(here, Reached):
                found[here] = None
            elif here not in seen:
                seen.add(here)
                # What comes first is put on top.
                waiting += reversed(list(self._ways(*here, at_boundary)))
        return tuple(found)

    def _ways(
        self,
        state: int,
        marks: tuple[Mark, ...],
        at_boundary: bool,  # noqa: FBT001
    ) -> Iterator[tuple[int, tuple[Mark, ...]] | Reached]:
        """What one state leads to without reading: places as they are, and states to go on from with their marks."""
        letters = self.letters[state]
        # States that only jump are passed through; places are those in which the next character matters.
        if letters or state == self.final:
            yield Reached(state, (), marks)
        # A space was just read, or nothing yet: the space that comes next in the grammar has been read with it.
        if at_boundary and " " in letters:
            yield letters[" "], marks
        if self.returns[state]:
            yield Reached(None, (), marks)
        if state in self.several.gates:
            yield self.several.gates[state], (*marks, Further())
        for jump in self.jumps[state]:
            # Marks are strung together in the order of the way.
            passed = marks if jump.mark is None else (*marks, jump.mark)
            if jump.back is None:
                yield jump.target, passed
                continue
            # A called part is closed by itself: its places stand one call deeper, its end goes on behind the call.
            for inside in self._closure(jump.target, at_boundary):
                if inside.state is None:
                    yield jump.back, passed + inside.marks
                else:
                    yield Reached(inside.state, (jump.back, *inside.calls), passed + inside.marks)
