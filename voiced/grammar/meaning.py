"""What a parse of a text means: the values of its slots, what belongs to them, and where they were said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from voiced.flow import Match
from voiced.foundations.frozen_json import frozen
from voiced.grammar.contexts import context_slots
from voiced.grammar.day_parts import settled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from voiced.flow import SlotValue
    from voiced.grammar.automaton import Value
    from voiced.grammar.definitions import SentenceTemplate
    from voiced.grammar.match import Parse
    from voiced.grammar.normalize import NormalText


class Filled(NamedTuple):
    """A slot that was said: its value, and the characters in normal form that it covers."""

    slot: str
    value: Value
    start: int
    end: int


def to_match(parse: Parse, sentence: SentenceTemplate, text: str, normal: NormalText) -> Match:
    """The meaning of a parse of a whole text, `normal` in normal form."""
    # slot → its values, as often as it was said; where it was said last; whose words nobody wrote.
    said: dict[str, list[Any]] = {}
    spans: dict[str, tuple[int, int]] = {}
    free = set()
    every = _differing(parse.filled, normal) if parse.further else parse.filled
    for filled in every:
        # Without a value of its own, the slot takes the words as they were written, capitals included.
        span = span_of(filled, normal)
        value = filled.value.value
        said.setdefault(filled.slot, []).append(text[slice(*span)] if value is None else value)
        spans[filled.slot] = span
        # Nobody wrote these words before they were said.
        if value is None:
            free.add(filled.slot)
    # What the contexts of values say is less than what was said, and more than what the file gives.
    slots = slots_of(sentence, said)
    origins = [filled.value.origin for filled in every if filled.value.origin]
    slots |= {slot: value for slot, value in context_slots(sentence, origins).items() if slot not in said}
    # A text of marks alone has no words.
    whole = (normal.sources[0], normal.sources[-1] + 1) if normal.sources else (0, 0)
    counts = parse.literal_words, parse.wild_letters, whole
    several = frozenset(slot for slot, values in said.items() if len(values) > 1)
    attributes = _attributes(every, several)
    more: dict[str, Any] = {"free": frozenset(free), "several": several, "attributes": attributes}
    return Match(sentence.intent, slots, text, spans, *counts, **more)


def _differing(filled: Iterable[Filled], normal: NormalText) -> Iterable[Filled]:
    """Slots without values that they have already: "the lamp and the lamp" is one lamp."""
    # Values are compared by what they mean, or else by their words.
    first: dict[object, Filled] = {}
    for each in filled:
        value = each.value.value
        first.setdefault((each.slot, normal.text[each.start : each.end] if value is None else repr(value)), each)
    return first.values()


def _attributes(filled: Iterable[Filled], several: frozenset[str]) -> dict[str, Any]:
    """Slot → the attributes of its value, where there are any; of a slot that was said twice those of each value."""
    # One entry for each time a slot was said, in step with its values.
    found: dict[str, list[Any]] = {}
    for each in filled:
        origin = each.value.origin
        found.setdefault(each.slot, []).append(origin.attributes if origin else frozen({}))
    # Most lists are no tables, and say nothing.
    known = {slot: its for slot, its in found.items() if any(its)}
    return {slot: frozen(its) if slot in several else its[0] for slot, its in known.items()}


def slots_of(sentence: SentenceTemplate, said: Mapping[str, list[Any]]) -> dict[str, SlotValue]:
    """Slots with their values, of the values that were said; a slot that was said twice has a list of both."""
    # Begin with what the sentence sets whatever is said, then let the text have its say.
    slots = dict(sentence.slots)
    for slot, values in said.items():
        slots[slot] = values[0] if len(values) == 1 else frozen(values)
    return settled(slots)


def span_of(filled: Filled, normal: NormalText) -> tuple[int, int]:
    """Where a slot was said in the original text: first index and last + 1, without spaces; (0, 0) if nowhere."""
    # In normal form first, without the spaces at its ends; `sources` lead back to the original.
    said = normal.text[filled.start : filled.end]
    start = filled.start + len(said) - len(said.lstrip())
    end = filled.start + len(said.rstrip())
    return (normal.sources[start], normal.sources[end - 1] + 1) if start < end else (0, 0)
