"""Where an apostrophe joins words: "l'entrée" is one, whether a template has `l'{room}`, `l' {room}` or `<the> {room}`.

The space behind an apostrophe may be missing. In a text that is plain to see (`pieces`). Of a choice or a rule, as in
`(la|le|l') {room}`, it holds for those branches that end so: the space behind the choice is put into them (`spaced`).
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from voiced.grammar.expression import Choice, ListReference, RuleReference, Sequence, Text, references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiced.grammar.definitions import Scope
    from voiced.grammar.expression import Expression

_APOSTROPHES = ("'", "\u2019")
_SPACE = re.compile(r"(?<=['\u2019])\s+")


def pieces(text: str) -> list[str]:
    """A text cut where a space may be missing: "nell' ingresso" → ["nell'", "ingresso"]."""
    return _SPACE.split(text)


def spaced(sequence: Sequence, scope: Scope) -> Iterator[Expression]:
    """Yield the items of a sequence, spaces behind choices with an apostrophe at their end inside of them."""
    last = False
    for item, behind in zip_longest(sequence.items, sequence.items[1:]):
        # A text whose space is taken already.
        said = Text(item.text.lstrip()) if last and isinstance(item, Text) else item
        # Hardly any sentence of most languages has such a choice.
        takes = isinstance(behind, Text) and behind.text[:1].isspace() and _joins(said, scope)
        yield _with_space(said, scope) if takes else said
        last = takes


def _joins(expression: Expression, scope: Scope) -> bool:
    """Whether some way to say an expression ends with an apostrophe, as far as choices and rules of words go."""
    match expression:
        case Text():
            return expression.text.endswith(_APOSTROPHES)
        case Sequence() if expression.items:
            return _joins(expression.items[-1], scope)
        case Choice():
            return any(_joins(item, scope) for item in expression.items)
        case RuleReference():
            return scope.of_rule(_is_of_words, expression.name) and scope.of_rule(_joins, expression.name)
    return False


def _is_of_words(expression: Expression, scope: Scope) -> bool:
    """Whether an expression holds no lists: only then a rule may be written out in the place where it is named."""
    return all(
        not isinstance(each, ListReference) and scope.of_rule(_is_of_words, each.name)
        for each in references(expression)
    )


def _with_space(expression: Expression, scope: Scope) -> Expression:
    # What the template says stays; only the space comes in.
    # Inside of a text the space behind an apostrophe is the one that may be missing.
    match expression:
        case Text():
            return Text(expression.text + " ")
        case Sequence() if expression.items:
            return Sequence((*expression.items[:-1], _with_space(expression.items[-1], scope)))
        case Choice():
            return Choice(tuple(_with_space(item, scope) for item in expression.items))
        case RuleReference() if _joins(expression, scope):
            return _with_space(scope.rules[expression.name].expression, scope)
    return Sequence((expression, Text(" ")))
