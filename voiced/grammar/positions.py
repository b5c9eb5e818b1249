"""Where a text that is written token by token stands: the values of `constraint`."""

from __future__ import annotations

from typing import NamedTuple

from voiced.grammar.state_sets import StateSet  # noqa: TC001 # values are made of it
from voiced.grammar.surface import Surface


class Position(NamedTuple):
    """Where a text that is being written stands: a hashable value."""

    states: StateSet  # of the automaton, after all whole characters
    surface: Surface = Surface()
    pending: bytes = b""  # the first bytes of a character that the next token completes


class Step(NamedTuple):
    """What one token leads to."""

    position: Position
    written: str  # what the token added, in normal form


class Group(NamedTuple):
    """What some tokens write, all of them, after one surface."""

    written: str  # in normal form
    surface: Surface  # behind it
    pending: bytes
