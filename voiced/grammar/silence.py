"""What is left of a template when it must not be silent: `(on|)` is "on", `[the] [light]` is at least one of both.

A value of a list, or a sentence, that matches when nothing is said would match everywhere. Only what says something
counts; of a template that says nothing at all, `NEVER` is left: a choice between no things.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from voiced.grammar.checks import may_be_silent, point_at
from voiced.grammar.definitions import TextList
from voiced.grammar.expression import NEVER, Choice, Permutation, RuleReference, Sequence
from voiced.grammar.normalize import normalize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Sequence as Several

    from voiced.grammar.definitions import ListDefinition, Scope, SentenceTemplate, TextValue
    from voiced.grammar.expression import Expression


_NO_WORD = "the value has no word, and can never be said; write what is said, or remove it"
_NEED_NOT = "every part of the value is optional, and it counts only where something is said; make one part required"


# `[the] [light]` is silent, `the [light]` and `light` are not: together they are all that the first one says aloud.
def spoken(expression: Expression, scope: Scope) -> Expression:
    """The part of an expression that says something; rules must not be circular."""
    if not may_be_silent(expression, scope):
        return expression
    match expression:
        case Choice():
            # Of the ways to say it those stay that say something.
            return _choice([spoken(item, scope) for item in expression.items])
        case RuleReference():
            # The rule is silent for others, so its text is written out here.
            return spoken(scope.rules[expression.name].expression, scope)
        case Sequence() | Permutation():
            return _choice(_one_heard(expression, scope))
    return NEVER  # a text of punctuation and spaces


def _one_heard(expression: Sequence | Permutation, scope: Scope) -> Iterator[Expression]:
    """All items may be silent: each in turn is the one that is not."""
    for number, item in enumerate(expression.items):
        # In a sequence those before it are silent: one way for each text.
        before = () if isinstance(expression, Sequence) else expression.items[:number]
        if (heard := spoken(item, scope)) != NEVER:
            yield replace(expression, items=(*before, heard, *expression.items[number + 1 :]))


def _choice(items: Iterable[Expression]) -> Expression:
    several = tuple(item for item in items if item != NEVER)
    return several[0] if len(several) == 1 else Choice(several)


def with_spoken_values(sentences: Several[SentenceTemplate], warnings: list[str]) -> list[SentenceTemplate]:
    """The sentences, with lists whose values say something; a warning for each value that need not."""
    # Lists are looked at once for each scope, not for each sentence.
    scopes = {id(sentence.scope): sentence.scope for sentence in sentences}
    heard = {number: _with_spoken_values(scope, warnings) for number, scope in scopes.items()}
    return [
        sentence if (scope := heard[id(sentence.scope)]) is sentence.scope else replace(sentence, scope=scope)
        for sentence in sentences
    ]


def _with_spoken_values(scope: Scope, warnings: list[str]) -> Scope:
    changed: dict[str, ListDefinition] = {}
    for name, definition in scope.lists.items():
        if isinstance(definition, TextList):
            # Nearly always nothing changes, and the list stays the object that parts are known by.
            values = tuple(_heard(value, scope, warnings) for value in definition.values)
            if any(new is not old for new, old in zip(values, definition.values, strict=True)):
                changed[name] = TextList(values)
    return replace(scope, lists={**scope.lists, **changed}) if changed else scope


def _heard(value: TextValue, scope: Scope, warnings: list[str]) -> TextValue:
    said = value.said
    # Most begin with a letter, and are not looked at any further.
    if said.text[:1].isalnum() if value.plain else not may_be_silent(said.expression, scope):
        return value
    if value.plain and normalize(said.text).text:
        return value
    # What is left of it is kept as an expression; the text stays as it was written, for messages.
    heard = NEVER if value.plain else spoken(said.expression, scope)
    message = _NO_WORD if heard == NEVER else _NEED_NOT
    warnings.append(point_at(said.where, said.column, said.text, 0, message))
    return value if value.plain else replace(value, said=replace(said, expression=heard))
