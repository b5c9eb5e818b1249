"""What is left of a template when it must not be silent: `(on|)` is "on", `[the] [light]` is at least one of both.

A value of a list, or a sentence, that matches when nothing is said would match everywhere. Only what says something
counts; of a template that says nothing at all, `NEVER` is left: a choice between no things.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from voiced.grammar.checks import may_be_silent, point_at
from voiced.grammar.definitions import TextList
from voiced.grammar.expression import NEVER, Choice, Permutation, RuleReference, Sequence, Text
from voiced.grammar.normalize import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from voiced.grammar.definitions import ListDefinition, Scope, TextValue
    from voiced.grammar.expression import Expression


def spoken(expression: Expression, scope: Scope) -> Expression:
    """The part of an expression that says something; rules must not be circular."""
    if not may_be_silent(expression, scope):
        return expression
    match expression:
        case Text():  # punctuation and spaces
            return NEVER
        case Choice():
            heard = [spoken(item, scope) for item in expression.items]
            return _choice([item for item in heard if item != NEVER])
        case RuleReference():
            return spoken(scope.rules[expression.name].expression, scope)
        case Sequence() | Permutation():
            return _choice(list(_one_heard(expression, scope)))
    raise AssertionError(f"{expression} is never silent")


def _one_heard(expression: Sequence | Permutation, scope: Scope) -> Iterator[Expression]:
    """All items may be silent: each in turn is the one that is not."""
    for number, item in enumerate(expression.items):
        if (heard := spoken(item, scope)) != NEVER:
            # In a sequence those before it are silent: one way for each text.
            before = () if isinstance(expression, Sequence) else expression.items[:number]
            yield replace(expression, items=(*before, heard, *expression.items[number + 1 :]))


def _choice(items: list[Expression]) -> Expression:
    return items[0] if len(items) == 1 else Choice(tuple(items))


def spoken_lists(scope: Scope, warnings: list[str]) -> Mapping[str, ListDefinition]:
    """The lists of a scope whose values say something; a warning for each value that need not."""
    found: dict[str, ListDefinition] = {}
    for name, definition in scope.lists.items():
        found[name] = definition
        if isinstance(definition, TextList):
            values = tuple(_heard(value, scope, warnings) for value in definition.values)
            changed = any(new is not old for new, old in zip(values, definition.values, strict=True))
            found[name] = TextList(values) if changed else definition
    return found


def _heard(value: TextValue, scope: Scope, warnings: list[str]) -> TextValue:
    said = value.said
    if value.plain:
        if not normalize(said.text).text:
            warnings.append(f"{said.where}: the value has no word, and can never be said; write what is said under 'in'")
        return value
    if not may_be_silent(said.expression, scope):
        return value
    heard = spoken(said.expression, scope)
    what = "has no word, and can never be said" if heard == NEVER else "need not be said; it counts only where it is"
    message = f"the value {what}, because every part is optional; make one part required"
    warnings.append(point_at(said.where, said.column, said.text, 0, message))
    return replace(value, said=replace(said, expression=heard))
