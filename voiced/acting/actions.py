"""Builds MQTT messages from a match: fills the intent's templates with the slots' values.

A text payload stays text; a mapping, a list or a number is sent as JSON. A JSON string that is exactly one slot, such
as `"{level}"`, becomes the slot's value with its type, so a number stays a number. A text that is JSON written by hand
stays JSON with the same keys, whatever is said: what was spoken must not add to a message. Knows nothing of sending.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from voiced.flow import EXPIRES_SECONDS, Action, good_for
from voiced.foundations.topic_names import NOT_IN_A_LEVEL
from voiced.grammar.action_template import SLOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

    from voiced.flow import Match, SlotValue, Transcript
    from voiced.grammar import Grammar
    from voiced.grammar.action_template import ActionTemplate

# A string of JSON, or a slot outside of one.
_STRING_OR_SLOT = re.compile(rf'"(?:[^"\\]|\\.)*"|{SLOT.pattern}')


def actions_for(templates: Sequence[ActionTemplate], match: Match) -> tuple[Action, ...]:
    """Return the messages of a match, one per template, in the templates' order."""
    return tuple(
        Action(
            topic=_topic(template.topic, match.slots),
            payload=_payload(template.payload, match.slots),
            qos=template.qos,
            retain=template.retain,
            expires=template.expires,
        )
        for template in templates
    )


def actions_of(grammar: Grammar, transcript: Transcript) -> tuple[Action, ...]:
    """Return the messages of a transcript: of its commands as they were said, of each in the order of the file."""
    # None of what was rejected.
    of_each = [actions_for(grammar.intents[command.intent].actions, command) for command in transcript.commands]
    actions = tuple(action for actions in of_each for action in actions)
    # All is done or nothing. A command without actions is an event, and good for no longer than that.
    return (
        actions
        if all(of_each)
        else tuple(replace(each, expires=min(each.expires, EXPIRES_SECONDS)) for each in actions)
    )


def longest_good_for(grammar: Grammar) -> float:
    """Return the age in seconds from which on no command of a grammar may be carried out, whichever it is."""
    return max((good_for(intent.actions) for intent in grammar.intents.values()), default=EXPIRES_SECONDS)


def _topic(topic: str, slots: Mapping[str, SlotValue]) -> str:
    # Speech must not choose a topic: a value is part of one level, and topics that begin with `$` are the broker's.
    filled = SLOT.sub(lambda slot: NOT_IN_A_LEVEL.sub("_", _as_text(slots[slot[1]])), topic)
    return f"_{filled[1:]}" if filled.startswith("$") else filled


def _payload(payload: JsonValue, slots: Mapping[str, SlotValue]) -> str:
    if isinstance(payload, str):
        if _is_json(payload):
            return _STRING_OR_SLOT.sub(lambda found: _in_json(found, slots), payload)
        return SLOT.sub(lambda slot: _as_text(slots[slot[1]]), payload)
    return "" if payload is None else json.dumps(_filled(payload, slots), ensure_ascii=False)


def _filled(value: JsonValue, slots: Mapping[str, SlotValue]) -> Any:
    match value:
        case str():
            whole = SLOT.fullmatch(value)
            return slots[whole[1]] if whole else SLOT.sub(lambda slot: _as_text(slots[slot[1]]), value)
        case list():
            return [_filled(item, slots) for item in value]
        case dict():
            return {name: _filled(item, slots) for name, item in value.items()}
    return value


def _is_json(template: str) -> bool:
    """Return whether a text is JSON as soon as its slots are numbers: an object, a list or a text in quotes."""
    filled = SLOT.sub("1", template)
    return filled.lstrip()[:1] in ("{", "[", '"') and _parses(filled)


def _parses(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(constant: str) -> None:
    """Raise ValueError for NaN and Infinity, which Python takes for JSON."""
    raise ValueError(f"{constant} is not JSON")


def _in_json(found: re.Match[str], slots: Mapping[str, SlotValue]) -> str:
    """Return a string of hand-written JSON with its slots filled, or the value of a slot outside of strings."""
    name: str | None = found[1]
    if name is None:
        return SLOT.sub(lambda slot: json.dumps(_as_text(slots[slot[1]]), ensure_ascii=False)[1:-1], found[0])
    text = _as_text(slots[name])
    # Outside of quotes an author means a number or `true`: anything else is one text.
    return text if _parses(text) else json.dumps(text, ensure_ascii=False)


def _as_text(value: SlotValue) -> str:
    """Return a value as text; whole numbers without a point, 21, not 21.0; lists and mappings as JSON."""
    if isinstance(value, (bool, list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
