"""States of an automaton under construction, and the ways between them; `compile` lays out sentences with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from voiced.grammar.automaton import NO_VALUES, Automaton, Jump
from voiced.grammar.trimming import trimmed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from voiced.grammar.automaton import Joined, Mark, SeveralValues
    from voiced.grammar.folding import Folding

MOST_STATES = 500_000  # about 400 bytes each; ten thousand names of three words have 200,000
Part: TypeAlias = tuple[int, int]  # first and last state


class TooLargeError(ValueError):
    """More states than a small machine has memory for."""


class States:
    """States under construction; `automaton` freezes them."""

    def __init__(self, folding: Folding) -> None:
        self._folding = folding  # of all letters
        self._written: set[str] = set()  # letters beyond ASCII, before folding
        self._letters: list[dict[str, int]] = []
        self._jumps: dict[int, list[Jump]] = {}  # of those states that have any
        self.sentences: list[tuple[int, int]] = []  # first and last state
        self._ends: set[int] = set()  # last states of parts that are called
        self._has_empty_part = False
        # Where every text begins, and where the ends of all sentences meet.
        self.initial = self.state()
        self.final = self.state()

    def automaton(self, joined: tuple[Joined, ...], several: SeveralValues = NO_VALUES) -> Automaton:
        states = range(len(self._letters))
        returns = bytes(state in self._ends for state in states)  # one byte per state, indexed like `letters`
        letters: tuple[Mapping[str, int], ...] = tuple(self._letters)
        jumps = tuple(tuple(self._jumps.get(state, ())) for state in states)
        # Hardly any grammar has a list without a value that can be said.
        if self._has_empty_part:
            letters, jumps = trimmed(letters, jumps, {*self._ends, self.final})
        ends = (tuple(self.sentences), self.initial, self.final)
        return Automaton(letters, jumps, returns, *ends, self._folding, frozenset(self._written), joined, several)

    def state(self) -> int:
        # Here, because one list alone may be too large.
        if len(self._letters) >= MOST_STATES:
            raise TooLargeError
        self._letters.append({})
        return len(self._letters) - 1

    def jump(self, source: int, target: int, mark: Mark | None = None, back: int | None = None) -> None:
        self._jumps.setdefault(source, []).append(Jump(target, mark, back))

    def follower(self, source: int) -> int:
        there = self.state()
        self.jump(source, there)
        return there

    def read(self, source: int, letters: str) -> int:
        """Add a path of letters from `source`, sharing the beginning with paths that are there; its last state."""
        # What is the same after folding becomes one path; the decoder may write what the files have.
        if not letters.isascii():
            self._written.update(letters)
            letters = self._folding.fold(letters)
        for letter in letters:
            ways = self._letters[source]
            if letter not in ways:
                ways[letter] = self.state()
            source = ways[letter]
        return source

    def leave(self, last: int) -> None:
        """Make a state the last one of a part."""
        self._ends.add(last)

    def call(self, part: Part, source: int, mark: Mark | None = None) -> int:
        # The part is entered with `back` on the stack; its last state pops that, so from here on `back` is "after".
        back = self.state()
        self.jump(source, part[0], mark, back)
        return back

    def one_of(self, forms: Iterable[str], here: int) -> int:
        # One form is a path; several are branches that meet again.
        several = list(forms)
        if len(several) == 1:
            return self.read(here, several[0])
        there = self.state()
        for form in several:
            first = self.state()
            self.jump(here, first)
            self.jump(self.read(first, form), there)
        return there
