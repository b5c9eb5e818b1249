"""Whether the `map` of an action knows every value that may fill its slot, as far as that can be told beforehand.

What `out` and attributes of a list say is known. Numbers, free words and whatever else is computed from what was said
are not: what a map lacks of those stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.grammar.action_template import as_text
from voiced.grammar.attributes import fillings
from voiced.grammar.definitions import TextList

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from voiced.grammar.action_template import ActionTemplate
    from voiced.grammar.definitions import SentenceTemplate


def check_maps(actions: Iterable[tuple[str, ActionTemplate]], sentences: Sequence[SentenceTemplate]) -> Iterator[str]:
    """Yield a problem for each map that lacks a value which a sentence may set.

    `actions`: (file:line, action) of one intent; `sentences`: of the same intent.
    """
    # Thousands of actions may map one slot: what it holds is looked up once.
    known: dict[str, dict[str, str]] = {}
    for where, action in actions:
        for name, mapped in action.map.items():
            if name not in known:
                known[name] = {text: place for sentence in sentences for text, place in known_values(name, sentence)}
            # A map that is complete is as long as the values are many, so this costs no more than reading it did.
            if missing := next((text for text in known[name] if text not in mapped), None):
                place = known[name][missing]
                yield f"{where}: the map of '{name}' lacks '{missing}', which may be said ({place}); add it"


def known_values(name: str, sentence: SentenceTemplate) -> Iterator[tuple[str, str]]:
    """Yield (text, file:line) of each value that a slot, or an attribute of it, is known to take in a sentence."""
    slot, _, attribute = name.partition(".")
    scope = sentence.scope
    # What the intent gives where the sentence says nothing.
    given = None if attribute else sentence.slots.get(slot)
    # A number stays as it is where the map does not have it, whoever gives it.
    if given is not None and (isinstance(given, bool) or not isinstance(given, (int, float))):
        yield as_text(given), sentence.template.where
    for taken, of_list in sorted(fillings(sentence.template.expression, scope)):
        definition = scope.list_named(of_list)
        if taken != slot or not isinstance(definition, TextList):
            continue
        for value in definition.values:
            # Without `out` the value is what was said, in whichever spelling.
            meant = value.attributes.get(attribute) if attribute else value.value
            if meant is not None:
                yield as_text(meant), value.said.where
