"""Every way to say a value of a list, where these are few: "[the] den" is said "the den" and "den"."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

from voiced.grammar.expression import Choice, Permutation, RuleReference, Sequence, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.grammar.definitions import Scope, TextValue
    from voiced.grammar.expression import Expression

MOST_WAYS = 32  # of a value; of one that has more, or that holds another list, none is told


def ways(value: TextValue, scope: Scope) -> tuple[str, ...]:
    """The texts that a value may be said as; () if they are many, or not known beforehand."""
    # Most values are words as they stand.
    if value.plain:
        return (value.said.text,)
    try:
        return tuple(dict.fromkeys(" ".join(text.split()) for text in _texts(value.said.expression, scope)))
    except _TooManyError:
        return ()


class _TooManyError(Exception):
    """There are more ways than anybody compares."""


def _texts(expression: Expression, scope: Scope) -> list[str]:
    # As `compile` follows a template, but text by text.
    match expression:
        case Text():
            return [expression.text]
        case Sequence():
            return _one_after_the_other(expression.items, scope)
        case Choice():
            return _few(text for item in expression.items for text in _texts(item, scope))
        case Permutation():
            orders = permutations(expression.items)
            return _few(text for order in orders for text in _one_after_the_other(order, scope))
        case RuleReference() if expression.name in scope.rules:
            return _texts(scope.rules[expression.name].expression, scope)
    # Other lists have values of their own.
    raise _TooManyError


def _one_after_the_other(items: Iterable[Expression], scope: Scope) -> list[str]:
    found = [""]
    for item in items:
        behind = _texts(item, scope)
        found = _few(text + more for text in found for more in behind)
    return found


def _few(texts: Iterator[str]) -> list[str]:
    # Counted as they come: a template of 30 choices has more than could be listed.
    found = []
    for text in texts:
        found.append(text)
        if len(found) > MOST_WAYS:
            raise _TooManyError
    return found
