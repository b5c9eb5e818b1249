"""Builds actions from a match: fills the intent's templates with the slots' values and their attributes.

A text payload stays text; a mapping, a list or a number is sent as JSON. A JSON string that is exactly one slot, such
as `"{level}"`, becomes the slot's value with its type, so a number stays a number. A text that is JSON written by hand
stays JSON with the same keys, whatever is said: what was spoken must not add to a message. An argument of a program
stays one argument. Knows nothing of sending and running.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from itertools import product
from typing import TYPE_CHECKING, Any

from voiced.acting.facts import Facts
from voiced.flow import EXPIRES_SECONDS, Action, Program
from voiced.foundations.topic_names import NOT_IN_A_LEVEL, NOT_IN_A_TOPIC
from voiced.grammar.action_template import SLOT, TIMEOUT_SECONDS, as_text, names_of_each
from voiced.grammar.hand_written import holds_json, is_json, parses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pydantic import JsonValue

    from voiced.flow import Match, Transcript
    from voiced.grammar import Grammar
    from voiced.grammar.action_template import ActionTemplate

NOTHING_KNOWN = Facts()
# A string of JSON, or a slot outside of one.
_STRING_OR_SLOT = re.compile(rf'"(?:[^"\\]|\\.)*"|{SLOT.pattern}')
_NOT_SPOKEN = re.compile("[\\0-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff]")  # controls, halves of characters
_OPTION = "-+ "  # what an option begins with


def actions_for(
    templates: Sequence[ActionTemplate], match: Match, confidence: float = 1.0, facts: Facts = NOTHING_KNOWN
) -> tuple[Action | Program, ...]:
    """Return the actions of a match, in the templates' order: one per template.

    A template whose topic, or program, names a slot that was said several times makes one for each of its values.
    """
    known = {**asdict(facts), "text": match.text, "intent": match.intent, "confidence": round(confidence, 4)}
    return tuple(
        _program(template, names) if template.run else _message(template, names)
        for template in templates
        for names in _Named(match, known, template.map).each_of(names_of_each(template))
    )


def actions_of(grammar: Grammar, transcript: Transcript, facts: Facts = NOTHING_KNOWN) -> tuple[Action | Program, ...]:
    """Return the actions of a transcript: of its commands as they were said, of each in the order of the file."""
    # None of what was rejected; what an intent does may differ from language to language.
    sure, intents = transcript.confidence, grammar.spoken(transcript.language).intents
    of_each = [actions_for(intents[command.intent].actions, command, sure, facts) for command in transcript.commands]
    actions = tuple(action for actions in of_each for action in actions)
    # All is done or nothing. A command without actions is an event, and good for no longer than that.
    return (
        actions
        if all(of_each)
        else tuple(replace(each, expires=min(each.expires, EXPIRES_SECONDS)) for each in actions)
    )


def messages(actions: Iterable[Action | Program]) -> tuple[Action, ...]:
    """Return those that are messages, without programs."""
    return tuple(action for action in actions if isinstance(action, Action))


class _Named:
    """What the names in a template stand for: slots and their attributes, and facts about the command."""

    def __init__(self, match: Match, facts: Mapping[str, Any], maps: Mapping[str, Mapping[str, JsonValue]]) -> None:
        self._match, self._facts, self._maps = match, facts, maps
        # A slot wins over a fact of the same name.
        self._values: Mapping[str, Any] = {**facts, **match.slots}
        self._free = match.free | ({"text"} - match.slots.keys())

    def __getitem__(self, name: str) -> Any:
        value, mapped = self._value(name), self._maps.get(name, {})
        # What is not in the map stays as it is.
        if name.partition(".")[0] in self._match.several:
            return [mapped.get(as_text(each), each) for each in value]
        return mapped.get(as_text(value), value) if mapped else value

    def _value(self, name: str) -> Any:
        slot, _, attribute = name.partition(".")
        if not attribute:
            return self._values[slot]
        its = self._match.attributes[slot]
        return [each[attribute] for each in its] if isinstance(its, list) else its[attribute]  # type: ignore[call-overload,index]

    def is_free(self, name: str) -> bool:
        """Whether its words were chosen by whoever spoke."""
        return name in self._free and as_text(self._value(name)) not in self._maps.get(name, {})

    def each_of(self, names: Iterable[str]) -> Iterator[_Named]:
        """Yield the names with each combination of the values of those that have several."""
        several = sorted({name.partition(".")[0] for name in names} & self._match.several)
        for at in product(*(range(len(self._match.slots[slot])) for slot in several)):  # type: ignore[arg-type]
            yield self._bound(dict(zip(several, at, strict=True))) if several else self

    def _bound(self, chosen: Mapping[str, int]) -> _Named:
        slots: dict[str, Any] = dict(self._match.slots)
        attributes: dict[str, Any] = dict(self._match.attributes)
        for slot, at in chosen.items():
            slots[slot] = slots[slot][at]
            if slot in attributes:
                attributes[slot] = attributes[slot][at]
        match = replace(self._match, slots=slots, attributes=attributes, several=self._match.several - chosen.keys())
        return _Named(match, self._facts, self._maps)


def longest_good_for(grammar: Grammar) -> float:
    """Return the age in seconds from which on no command of a grammar may be carried out, whichever it is."""
    # An intent is as good as the shortest of its actions, or as an event.
    intents = (intent for each in grammar.every for intent in each.intents.values())
    longest = (min((one.expires for one in its.actions), default=EXPIRES_SECONDS) for its in intents)
    return max(longest, default=EXPIRES_SECONDS)


def _message(template: ActionTemplate, slots: _Named) -> Action:
    topic, payload = _topic(template.topic, slots), _payload(template.payload, slots)
    return Action(topic, payload, template.qos, template.retain, template.expires)


def _program(template: ActionTemplate, slots: _Named) -> Program:
    command = tuple(_argument(argument, slots) for argument in template.run)
    return Program(command, template.timeout or TIMEOUT_SECONDS, template.expires)


def _argument(argument: str, slots: _Named) -> str:
    # Of what was spoken freely nothing must be taken for an option, nor for a key such as Enter.
    if holds_json(argument):
        return _NOT_SPOKEN.sub(" ", _json(argument, slots))
    filled, end = "", 0
    for slot in SLOT.finditer(argument):
        filled += argument[end : slot.start()]
        value = as_text(slots[slot[1]])
        if slots.is_free(slot[1]):
            value = _NOT_SPOKEN.sub(" ", value)
            value = value if filled else value.lstrip(_OPTION)
        filled, end = filled + value, slot.end()
    return filled + argument[end:]


def _topic(topic: str, slots: _Named) -> str:
    # What an author wrote may be several levels. Speech must not choose a topic: free words are part of one level, and
    # topics that begin with `$` are the broker's.
    def level(slot: re.Match[str]) -> str:
        unsafe = NOT_IN_A_LEVEL if slots.is_free(slot[1]) else NOT_IN_A_TOPIC
        return unsafe.sub("_", as_text(slots[slot[1]]))

    filled = SLOT.sub(level, topic)
    return f"_{filled[1:]}" if filled.startswith("$") else filled


def _payload(payload: JsonValue, slots: _Named) -> str:
    if isinstance(payload, str):
        return _json(payload, slots) if is_json(payload) else SLOT.sub(lambda slot: as_text(slots[slot[1]]), payload)
    return "" if payload is None else json.dumps(_filled(payload, slots), ensure_ascii=False)


def _filled(value: JsonValue, slots: _Named) -> Any:
    match value:
        case str():
            whole = SLOT.fullmatch(value)
            return slots[whole[1]] if whole else _text(value, slots)
        case list():
            return [_filled(item, slots) for item in value]
        case dict():
            return {name: _filled(item, slots) for name, item in value.items()}
    return value


def _text(template: str, slots: _Named) -> str:
    """A text inside of JSON; one that is JSON itself stays that."""
    return _json(template, slots) if holds_json(template) else SLOT.sub(lambda slot: as_text(slots[slot[1]]), template)


def _json(template: str, slots: _Named) -> str:
    """JSON that was written by hand, with its slots filled."""
    return _STRING_OR_SLOT.sub(lambda found: _in_json(found, slots), template)


def _in_json(found: re.Match[str], slots: _Named) -> str:
    """Return a string of hand-written JSON with its slots filled, or the value of a slot outside of strings."""
    name: str | None = found[1]
    if name is None:
        if holds_json(inside := _inside(found[0])):
            return json.dumps(_json(inside, slots), ensure_ascii=False)
        return SLOT.sub(lambda slot: json.dumps(as_text(slots[slot[1]]), ensure_ascii=False)[1:-1], found[0])
    text = as_text(slots[name])
    # Outside of quotes an author means a number or `true`: anything else is one text, and so is all that was spoken.
    is_one_value = parses(text) and not (slots.is_free(name) and text.lstrip()[:1] in ("{", "["))
    return text if is_one_value else json.dumps(text, ensure_ascii=False)


def _inside(string: str) -> str:
    """The text of a string of JSON; nothing if that depends on what a slot says."""
    try:
        return str(json.loads(string)) if "\\" in string else ""
    except ValueError:
        return ""
