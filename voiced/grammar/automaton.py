"""The grammar as one immutable automaton over characters in normal form, read by two: the matcher and the constraint.

A place in it is (state, at_boundary, stack); `step` leads from a place by one character to places. What makes it more
than a textbook's finite automaton, and why:

- *Parts are shared, not copied.* A list, a range or a rule is built once and *called*: a jump into it pushes the state
  to come back to, its last state pops it. Ten thousand names used by three hundred sentences stay ten thousand names.
  Parts cannot call themselves, so the stack is never deep.
- *Spaces collapse.* `turn on [the] light` holds two spaces when "the" is left out. A place knows whether it stands at
  the beginning of a word; there a space in the grammar may be passed without reading one.
- *Marks* on the jumps say where a slot opens, which value it has, where it closes and which sentence has ended. The
  constraint ignores them; the matcher collects them.

A place is hashable and a function of what was read; nothing is ever undone, so beams may be copied and reordered. What
`step` finds out is remembered, within bounds, which makes the automaton deterministic as far as it is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from voiced.flow import SlotValue

ANY = ""  # the letter of a wildcard: whatever is not a space
_NOBODY = (-1, None)  # the stack of a part that was called by nobody known
_REMEMBERED = 50_000  # steps, about 20 MB; a household's grammar has a few thousand


@dataclass(frozen=True, slots=True)
class Open:
    """A slot begins; None: a part whose value is for nobody."""

    slot: str | None


@dataclass(frozen=True, slots=True)
class Value:
    """The value of the slot that is open; None: what was said."""

    value: SlotValue | None


@dataclass(frozen=True, slots=True)
class Close:
    """The slot ends."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A sentence of the grammar is complete."""

    sentence: int


Mark: TypeAlias = Open | Value | Close | Ended
Stack: TypeAlias = "tuple[int, Stack] | None"
Place: TypeAlias = tuple[int, bool, Stack]
Move: TypeAlias = tuple[Place, tuple[Mark, ...]]


@dataclass(frozen=True, slots=True)
class Jump:
    """A way that reads nothing."""

    target: int
    mark: Mark | None = None
    back: int | None = None  # called: where to go on when the called part has ended


@dataclass(frozen=True, eq=False, slots=True)
class Automaton:
    """States are numbers; `letters`, `jumps` and `returns` are indexed by them."""

    letters: tuple[Mapping[str, int], ...]
    jumps: tuple[tuple[Jump, ...], ...]
    returns: bytes  # 1 where a called part ends
    initial: int
    final: int
    _steps: dict[tuple[Place, str], tuple[Move, ...]] = field(default_factory=dict, repr=False)

    def start(self) -> tuple[Move, ...]:
        """Where a text may begin."""
        return self._settle(self.initial, True, None)  # noqa: FBT003 # a place's at_boundary

    def step(self, place: Place, char: str) -> tuple[Move, ...]:
        """Where one character leads; nowhere if the grammar does not allow it there."""
        key = (place, char)
        moves = self._steps.get(key)
        if moves is None:
            if len(self._steps) >= _REMEMBERED:
                self._steps.clear()
            moves = self._steps[key] = self._follow(place, char)
        return moves

    def finish(self, place: Place) -> tuple[tuple[Mark, ...], ...]:
        """The marks on every way from here to the end of a sentence, reading nothing; none if the text may not end."""
        state, _, stack = place
        return tuple(marks for end, marks in self._settle(state, True, stack) if end[0] == self.final)  # noqa: FBT003

    def walk(self, text: str, places: Iterable[Place] | None = None) -> frozenset[Place]:
        """The set of places that a text in normal form leads to: the automaton as a plain acceptor."""
        now = frozenset(place for place, _ in self.start()) if places is None else frozenset(places)
        for char in text:
            now = frozenset(there for place in now for there, _ in self.step(place, char))
        return now

    def alone(self, place: Place) -> Place:
        """The same place as if nobody knew who called its part: where the part ends, the end is reached."""
        state, at_boundary, _ = place
        return state, at_boundary, (self.final, _NOBODY)

    def has_left(self, place: Place) -> bool:
        """Whether a part that was walked alone has ended here."""
        return place[0] == self.final and place[2] == _NOBODY

    def leave(self, place: Place, at_boundary: bool) -> tuple[Place, ...]:  # noqa: FBT001
        """Where the caller goes on when the part that a place is in has ended."""
        stack = place[2]
        return () if stack is None else tuple(there for there, _ in self._settle(stack[0], at_boundary, stack[1]))

    def is_wild(self, place: Place) -> bool:
        """Whether any letter may come next: then any text may."""
        return ANY in self.letters[place[0]]

    def _follow(self, place: Place, char: str) -> tuple[Move, ...]:
        state, _, stack = place
        letters = self.letters[state]
        if char == " ":
            return self._settle(letters[" "], True, stack) if " " in letters else ()  # noqa: FBT003
        targets = [letters[letter] for letter in (char, ANY) if letter in letters]
        return tuple(move for target in targets for move in self._settle(target, False, stack))  # noqa: FBT003

    def _settle(self, state: int, at_boundary: bool, stack: Stack) -> tuple[Move, ...]:  # noqa: FBT001
        """Every place that is reached without reading and from which something can be read, or that is the end."""
        found: dict[Move, None] = {}
        seen = set()
        waiting: list[tuple[int, Stack, tuple[Mark, ...]]] = [(state, stack, ())]
        while waiting:
            here = waiting.pop()
            if here in seen:
                continue
            seen.add(here)
            now, calls, marks = here
            letters = self.letters[now]
            if letters or now == self.final:
                found[(now, at_boundary, calls), marks] = None
            waiting.extend(self._ways(now, calls, marks))
            if at_boundary and " " in letters:
                waiting.append((letters[" "], calls, marks))
        return tuple(found)

    def _ways(self, state: int, stack: Stack, marks: tuple[Mark, ...]) -> Iterable[tuple[int, Stack, tuple[Mark, ...]]]:
        """Jumps and returns, the last first: what waits is taken from the end."""
        for jump in reversed(self.jumps[state]):
            yield (
                jump.target,
                stack if jump.back is None else (jump.back, stack),
                marks if jump.mark is None else (*marks, jump.mark),
            )
        if self.returns[state] and stack is not None:
            yield stack[0], stack[1], marks
