"""A match becomes MQTT messages: topic and payload templates, checked when they are loaded.

In a topic and in a payload `{slot}` stands for what was said. A payload is text; a mapping, a list or a number becomes
JSON, and in it a text that is nothing but `"{level}"` keeps the number a number. Knows nothing of how messages are
sent, nor of which slots a sentence sets: the grammar checks that with `slots_of`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voiced.flow import Action

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic import JsonValue

    from voiced.flow import Match, SlotValue

_SLOT = re.compile(r"\{(\w+)\}")  # other braces are themselves: a text payload may be JSON written by hand
_UNSAFE = re.compile(r"[/+#\0]")  # would let something spoken choose another topic


def valid_topic(topic: str) -> str:
    """The topic, if MQTT lets anybody publish to it; ValueError says why not."""
    fixed = _SLOT.sub("x", topic)
    if not topic:
        raise ValueError("the topic is empty; name one, such as 'home/{room}/light/set'")
    if found := re.search(r"[+#\0]", fixed):
        raise ValueError(f"{found[0]!r} is for subscriptions and cannot be in a topic that is published to; remove it")
    if topic.startswith("$"):
        raise ValueError("topics that begin with '$' belong to the broker; choose another")
    if stray := re.search(r"[{}]", _SLOT.sub("", topic)):
        raise ValueError(f"'{stray[0]}' does not belong to a slot; write slots as '{{name}}'")
    return topic


@dataclass(frozen=True, slots=True)
class ActionTemplate:
    """One message that an intent sends."""

    topic: str  # where to; `/`, `+`, `#` in a slot's value become `_`
    payload: JsonValue = ""  # what: text, or a mapping that becomes JSON
    qos: int = 1
    retain: bool = False
    expires: float = 10.0  # seconds after which the message must not be delivered any more

    def __post_init__(self) -> None:
        valid_topic(self.topic)


def slots_of(template: ActionTemplate) -> frozenset[str]:
    """The slots without which the action cannot be made."""
    return frozenset(slot for text in (template.topic, *_texts(template.payload)) for slot in _SLOT.findall(text))


def actions_for(templates: Sequence[ActionTemplate], match: Match) -> tuple[Action, ...]:
    """The messages to send for a match, in the order of the file."""
    return tuple(
        Action(
            topic=_SLOT.sub(lambda slot: _UNSAFE.sub("_", _as_text(match.slots[slot[1]])), template.topic),
            payload=_payload(template.payload, match.slots),
            qos=template.qos,
            retain=template.retain,
            expires=template.expires,
        )
        for template in templates
    )


def _payload(payload: JsonValue, slots: Mapping[str, SlotValue]) -> str:
    if isinstance(payload, str):
        return _SLOT.sub(lambda slot: _as_text(slots[slot[1]]), payload)
    return "" if payload is None else json.dumps(_filled(payload, slots), ensure_ascii=False)


def _filled(value: JsonValue, slots: Mapping[str, SlotValue]) -> Any:
    match value:
        case str():
            whole = _SLOT.fullmatch(value)
            return slots[whole[1]] if whole else _SLOT.sub(lambda slot: _as_text(slots[slot[1]]), value)
        case list():
            return [_filled(item, slots) for item in value]
        case dict():
            return {name: _filled(item, slots) for name, item in value.items()}
    return value


def _as_text(value: SlotValue) -> str:
    """A value as it is said: 21, not 21.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _texts(value: JsonValue) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _texts(item)
        case dict():
            for item in value.values():
                yield from _texts(item)
