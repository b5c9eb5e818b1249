"""Whether every value that may fill a slot has the attributes that the actions of its intent need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.foundations.nearest import did_you_mean
from voiced.grammar.action_template import slots_of
from voiced.grammar.definitions import TextList
from voiced.grammar.expression import RuleReference, references

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from voiced.grammar.action_template import ActionTemplate
    from voiced.grammar.definitions import Scope, SentenceTemplate
    from voiced.grammar.expression import Expression


def check_attributes(
    actions: Iterable[tuple[str, ActionTemplate]], sentences: Sequence[SentenceTemplate]
) -> Iterator[str]:
    """Yield a problem for each attribute that an action needs and that a value lacks which may fill the slot.

    `actions`: (file:line, action) of one intent; `sentences`: of the same intent.
    """
    # Thousands of actions ask about few attributes, and most about none.
    asked: dict[str, str] = {}
    for where, action in actions:
        for name in sorted(each for each in slots_of(action) if "." in each):
            asked.setdefault(name, where)
    for name, where in asked.items():
        slot, attribute = name.split(".")
        lacking = (_lacking(slot, attribute, sentence) for sentence in sentences)
        # One value shows what is missing; the others may lack it, too.
        if told := next(filter(None, lacking), None):
            yield f"{where}: the action needs '{name}', but {told}"


def _lacking(slot: str, attribute: str, sentence: SentenceTemplate) -> str | None:
    """What lacks an attribute among all that may fill a slot in a sentence; None if nothing does."""
    # Whatever list may fill the slot counts, wherever it is named.
    scope = sentence.scope
    filling = sorted(name for taken, name in fillings(sentence.template.expression, scope) if taken == slot)
    for name in filling:
        definition = scope.list_named(name)
        # Numbers and free words are no table.
        if not isinstance(definition, TextList):
            return f"the list '{name}' has no values with attributes; use '{{{slot}}}', or a list of values"
        # A table has a column everywhere, or an action cannot count on it.
        for value in definition.values:
            if attribute not in value.attributes:
                instead = did_you_mean(attribute, value.attributes) or "; give it to every value of the list"
                return f"'{value.said.text}' in {value.said.where} has no '{attribute}'{instead}"
    # What `slots` gives is a value alone.
    return None if filling else f"'{sentence.template.text}' takes '{slot}' from 'slots', which have no attributes"


def fillings(expression: Expression, scope: Scope) -> frozenset[tuple[str, str]]:
    """(slot, list) for each list that may fill a slot, in rules and in values of lists, too."""
    # Rules and values are followed once each, however often they are named.
    found: set[tuple[str, str]] = set()
    for reference in references(expression):
        if isinstance(reference, RuleReference):
            found |= scope.of_rule(fillings, reference.name)
            continue
        if reference.slot is not None:
            found.add((reference.slot, reference.name))
        found.update(*scope.of_values(fillings, reference.name))
    return frozenset(found)
