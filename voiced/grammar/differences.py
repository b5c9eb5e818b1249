"""What is different between a text and the nearest sentence, in words: a value that is in no list, a missing slot."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from voiced.grammar.definitions import NumberRange, TextList, Wildcard
from voiced.grammar.expression import RuleReference, references
from voiced.grammar.spelling import digits
from voiced.grammar.written import plainest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from voiced.grammar.definitions import ListDefinition, SentenceTemplate
    from voiced.grammar.expression import Expression

_MOST_VALUES = 5  # of a list that are told
_MOST_TOLD = 3  # differences


class Change(NamedTuple):
    """One difference."""

    said: str  # words of the text; empty: something is missing
    wanted: str  # words of the sentence; empty: the text has words too much
    slot: str | None  # that these words are the value of; None: the template spells them out
    before: str  # the word of the text before it; empty: there is none
    at_end: bool  # nothing of the text comes behind it
    alike: bool  # they are written alike


def in_words(changes: Sequence[Change], sentence: SentenceTemplate) -> str:
    """Differences as one sentence without a full stop: "'garage' is not in list room: kitchen, bedroom"."""
    extra = {word for change in changes if not change.wanted for word in change.said.lower().split()}
    # In the order of the text; three differences are more than anybody mends at once.
    told = [_in_words(change, sentence, extra) for change in changes]
    # One word too much is all that skip words are for.
    if len(changes) == 1 and not changes[0].wanted:
        told.append("`skip_words` can allow it")
    return "; ".join(told[:_MOST_TOLD])


def _in_words(change: Change, sentence: SentenceTemplate, extra: set[str]) -> str:
    # What is missing here may have been said there.
    if not change.said and set(change.wanted.lower().split()) <= extra:
        return f"'{change.wanted}' belongs {_place(change)}"
    return _of_words(change) if change.slot is None else _of_slot(change, change.slot, sentence)


def _of_words(change: Change) -> str:
    if not change.wanted:
        return f"'{change.said}' was not expected {_place(change)}"
    if not change.said:
        return f"'{change.wanted}' is missing {_place(change)}"
    return f"'{change.wanted}' was expected, not '{change.said}'"


def _place(change: Change) -> str:
    # A place that the speaker can find again: by a word of their own.
    if not change.before:
        return "at the beginning"
    return "at the end" if change.at_end else f"after '{change.before}'"


def _of_slot(change: Change, slot: str, sentence: SentenceTemplate) -> str:
    # The same slot may take values of several lists; the first is told.
    name = next(lists_of(slot, sentence.template.expression, sentence), slot)
    definition = sentence.scope.list_named(name)
    # A list written in place, `{0..100:level}`, has no name but the slot's.
    name = name if name in sentence.scope.lists else slot
    choice = _choice(definition, sentence)
    if not change.said:
        return f"the {name} is missing {_place(change)}" + (f": {choice}" if choice else "")
    # What it is that the value does not belong to.
    kind = {TextList: "not in list", NumberRange: "not in range"}.get(type(definition), "no")
    # A misspelt value is told by the right one.
    if change.alike and not isinstance(definition, NumberRange):
        return f"'{change.said}' is {kind} {name}, but '{change.wanted}' is"
    return f"'{change.said}' is {kind} {name}" + (f": {choice}" if choice else "")


def lists_of(slot: str, expression: Expression, sentence: SentenceTemplate) -> Iterator[str]:
    """Yield the names of lists whose value the slot takes, those in rules and in the values of other lists included."""
    # References end: what leads back to itself was refused when the files were read.
    scope = sentence.scope
    for reference in references(expression):
        if isinstance(reference, RuleReference):
            yield from lists_of(slot, scope.rules[reference.name].expression, sentence)
            continue
        if reference.slot == slot:
            yield reference.name
        definition = scope.list_named(reference.name)
        if isinstance(definition, TextList):
            for value in definition.values:
                # Most values are plain words.
                if not value.plain:
                    yield from lists_of(slot, value.said.expression, sentence)


def _choice(definition: ListDefinition | None, sentence: SentenceTemplate) -> str:
    """What a list has to choose from; empty if that cannot be listed."""
    match definition:
        case TextList():
            values = definition.values
            said = (" ".join(plainest(value.said.expression, sentence.scope).split()) for value in values)
            first = list(islice((each for each in dict.fromkeys(said) if each), _MOST_VALUES + 1))
            return ", ".join([*first[:_MOST_VALUES], *(["…"] if len(first) > _MOST_VALUES else [])])
        case NumberRange():
            steps = f" in steps of {definition.step}" if definition.step > 1 else ""
            return f"{digits(definition.start)} to {digits(definition.stop)}{steps}"
        case Wildcard() | None:
            return ""
    return ""
