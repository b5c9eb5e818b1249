"""Builds MQTT messages from a match: fills the intent's templates with the slots' values.

A text payload stays text; a mapping, a list or a number is sent as JSON. A JSON string that is exactly one slot, such
as `"{level}"`, becomes the slot's value with its type, so a number stays a number. Knows nothing of sending.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from voiced.flow import EXPIRES_SECONDS, Action, good_for
from voiced.grammar.action_template import SLOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

    from voiced.flow import Match, SlotValue, Transcript
    from voiced.grammar import Grammar
    from voiced.grammar.action_template import ActionTemplate

_UNSAFE = re.compile(r"[/+#\0]")  # MQTT's separator and wildcards (MQTT 5.0, 4.7): speech must not choose a topic


def actions_for(templates: Sequence[ActionTemplate], match: Match) -> tuple[Action, ...]:
    """Return the messages of a match, one per template, in the templates' order."""
    return tuple(
        Action(
            topic=SLOT.sub(lambda slot: _UNSAFE.sub("_", _as_text(match.slots[slot[1]])), template.topic),
            payload=_payload(template.payload, match.slots),
            qos=template.qos,
            retain=template.retain,
            expires=template.expires,
        )
        for template in templates
    )


def actions_of(grammar: Grammar, transcript: Transcript) -> tuple[Action, ...]:
    """Return the messages of a transcript, in the order of the intent's file; none if it was rejected."""
    if transcript.match is None or transcript.reason is not None:
        return ()
    return actions_for(grammar.intents[transcript.match.intent].actions, transcript.match)


def longest_good_for(grammar: Grammar) -> float:
    """Return the age in seconds from which on no command of a grammar may be carried out, whichever it is."""
    return max((good_for(intent.actions) for intent in grammar.intents.values()), default=EXPIRES_SECONDS)


def _payload(payload: JsonValue, slots: Mapping[str, SlotValue]) -> str:
    if isinstance(payload, str):
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


def _as_text(value: SlotValue) -> str:
    """Return a value as text; whole numbers without a point: 21, not 21.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
