"""Which programs the actions of intents run: speech chooses among those that somebody wrote, and names none itself.

`acting.missing` looks whether they are there. Knows no files.
"""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING

from voiced.grammar.action_template import FACTS, SLOT, as_text
from voiced.grammar.attributes import fillings
from voiced.grammar.definitions import TextList
from voiced.grammar.mapping import known_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from voiced.grammar.action_template import ActionTemplate
    from voiced.grammar.definitions import SentenceTemplate
    from voiced.grammar.grammar import Grammar

_MOST_PROGRAMS = 1_000  # that are looked for


def check_programs(
    actions: Iterable[tuple[str, ActionTemplate]], sentences: Sequence[SentenceTemplate]
) -> Iterator[str]:
    """Yield a problem for each program whose name would be words as they were spoken, or computed from them.

    `actions`: (file:line, action) of one intent; `sentences`: of the same intent.
    """
    # Arguments may be any words; what is run must have been written by somebody. Many actions ask about few slots.
    culprits: dict[str, str | None] = {}
    for where, action in actions:
        for name in SLOT.findall(action.run[0]) if action.run else ():
            if name not in culprits:
                culprits[name] = _culprit(name, sentences)
            if culprits[name]:
                yield f"{where}: {culprits[name]}, and cannot name the program; choose it by 'out' of a list"


def _culprit(name: str, sentences: Sequence[SentenceTemplate]) -> str | None:
    """What makes a slot nothing that somebody wrote; None if somebody did."""
    # Attributes are written by hand; that each value has them is looked at elsewhere.
    spoken = (taken for each in sentences for taken in _spoken_freely(name, each))
    # Facts such as {text} are no slots, and no list can tell what they hold.
    is_fact = name in FACTS and not any(name in each.slots or _lists_of(name, each) for each in sentences)
    return next(spoken, f"'{name}' is whatever was said" if is_fact else None)


def _spoken_freely(slot: str, sentence: SentenceTemplate) -> Iterator[str]:
    """Yield what may fill a slot of a sentence, and is not what somebody wrote."""
    # Numbers, free words and computed values first, then values without a meaning of their own.
    for name in _lists_of(slot, sentence):
        definition = sentence.scope.list_named(name)
        if not isinstance(definition, TextList):
            yield f"the list '{name}' holds no values"
        elif unclear := next((value for value in definition.values if value.value is None), None):
            yield f"'{unclear.said.text}' in {unclear.said.where} has no 'out'"


def _lists_of(slot: str, sentence: SentenceTemplate) -> list[str]:
    # In any order they are found; the first in the alphabet is told.
    found = fillings(sentence.template.expression, sentence.scope)
    return sorted(name for taken, name in found if taken == slot)


def programs_of(grammar: Grammar) -> Iterator[tuple[str, str]]:
    """Yield (file:line, program) for each program that an intent may run, as far as there are not too many."""
    # Most grammars run nothing.
    if any(action.run for intent in grammar.intents.values() for action in intent.actions):
        yield from islice(_every(grammar), _MOST_PROGRAMS)


def _every(grammar: Grammar) -> Iterator[tuple[str, str]]:
    # An intent's sentences may stand in several files.
    sentences: dict[str, list[SentenceTemplate]] = {}
    for each in grammar.sentences:
        sentences.setdefault(each.intent, []).append(each)
    for intent in grammar.intents.values():
        values: dict[str, dict[str, None]] = {}
        for where, action in zip(intent.places, intent.actions, strict=True):
            # Those that send messages are passed over; few intents run anything.
            if action.run:
                named = _programs(action, sentences.get(intent.name, []), values)
                yield from ((where, program) for program in named)


def _programs(
    action: ActionTemplate, sentences: Sequence[SentenceTemplate], values: dict[str, dict[str, None]]
) -> Iterator[str]:
    """Yield the program of an action, with each combination of the values that its slots may take.

    `values` holds those of slots that were asked about before, in the same sentences.
    """
    names = list(dict.fromkeys(SLOT.findall(action.run[0])))
    if not names:
        yield action.run[0]
        return  # as nearly all do
    # Each name by itself: two slots in one program are rare, and all their values may meet.
    for name in names:
        if name not in values:
            values[name] = dict.fromkeys(text for each in sentences for text, _ in known_values(name, each))
    for chosen in product(*(values[name] for name in names)):
        taken = dict(zip(names, chosen, strict=True))
        # A map says what stands there instead.
        taken = {name: as_text(action.map.get(name, {}).get(text, text)) for name, text in taken.items()}
        yield SLOT.sub(lambda found, taken=taken: taken[found[1]], action.run[0])  # type: ignore[misc] # as it is called
