"""Sets of states, the values of the deterministic machine; `set_machine` says how they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

ANY = ""  # the letter of a wildcard: whatever is not a space

States: TypeAlias = "frozenset[int]"
# What tells one set from another: the first five slots of `StateSet`.
Key: TypeAlias = "tuple[States, frozenset[tuple[StateSet, States]], States, bool, bool]"


class StateSet:
    """Where a text may stand: an immutable set, compared by identity, since equal sets are one object.

    Of the whole automaton, or of one part alone. Its slots beyond the first five are memories.
    """

    __slots__ = ("at_boundary", "calls", "end", "ended", "is_wild", "leaves", "next", "own", "states", "targets")

    def __init__(self, key: Key, *, is_wild: bool) -> None:
        # The content, which never changes.
        self.states = key[0]  # those that read a letter next
        self.calls = key[1]  # (set of a called part, states in which its callers go on)
        self.ended = key[2]  # sentences that are complete here
        self.leaves = key[3]  # the part has ended: its callers go on from here
        self.at_boundary = key[4]  # a word may begin here
        self.is_wild = is_wild  # inside a wildcard, where any letter may come
        # Memories of the machine.
        self.next: dict[str, StateSet] = {}  # letter → the set after it, as far as it was asked for
        self.end: End | None = None
        self.targets: dict[str, list[int]] | None = None
        self.own: StateSet | None = None

    def goes_on(self) -> bool:
        """Whether something can be read from here without leaving the part."""
        return bool(self.states or self.calls)

    def __bool__(self) -> bool:
        """Whether a text may stand here at all."""
        return bool(self.states or self.calls or self.ended)


class End(NamedTuple):
    """What has ended if nothing more is read."""

    sentences: States
    leaves: bool


class Closure(NamedTuple):
    """What is reached from a state without reading (an epsilon closure), in its own part."""

    states: tuple[int, ...]  # that read
    calls: tuple[tuple[int, int], ...]  # first state of a part, state to go on in behind it
    ended: tuple[int, ...]  # sentences
    leaves: bool


def called_from(stack: tuple[int, object] | None) -> Iterator[int]:
    """The states to come back to, the innermost first."""
    while stack is not None:
        yield stack[0]
        stack = stack[1]  # type: ignore[assignment] # the tail of a linked list
