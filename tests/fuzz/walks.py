"""Fuzz target: long walks of the constraint over grammars of each kind and what ships: none ends before its end."""

from __future__ import annotations

from functools import cache
from random import Random

from tests.fuzz.templates import BYTES, EOT, walk
from tests.grammar.test_dead_ends import KINDS
from voiced import grammar
from voiced.foundations.resources import shipped
from voiced.grammar.constraint import Constraint

STEPS = 1_000


def seeds() -> list[bytes]:
    """Return one input for each grammar; what follows the first byte decides the way."""
    return [bytes([number]) for number in range(len(KINDS) + 1)]


def target(data: bytes) -> None:
    """Walk a thousand steps, beginning anew at each end."""
    commands, constraint = _grammars()[data[0] % len(_grammars()) if data else 0]
    random = Random(data)
    for _ in range(STEPS // 50):
        walk(commands, constraint, random, 50)


@cache
def _grammars() -> list[tuple[grammar.Grammar, Constraint]]:
    every = [grammar.load([shipped("intents")]), *map(grammar.parse, KINDS.values())]
    return [(each, Constraint(each.automaton, each.language, BYTES, EOT)) for each in every]
