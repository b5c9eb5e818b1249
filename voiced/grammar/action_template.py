"""Templates of the messages that an intent sends: topic and payload, checked when they are loaded.

In a topic and in a payload `{slot}` stands for the slot's value. Knows nothing of how a template is filled or sent, nor
of which slots a sentence sets: `checks` compares that with `slots_of`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue

SLOT = re.compile(r"\{(\w+)\}")  # other braces are themselves: a text payload may be JSON written by hand


def valid_topic(topic: str) -> str:
    """The topic, if MQTT lets anybody publish to it; ValueError says why not."""
    fixed = SLOT.sub("x", topic)
    if not topic:
        raise ValueError("the topic is empty; name one, such as 'home/{room}/light/set'")
    if found := re.search(r"[+#\0]", fixed):
        raise ValueError(f"{found[0]!r} is for subscriptions and cannot be in a topic that is published to; remove it")
    if topic.startswith("$"):
        raise ValueError("topics that begin with '$' belong to the broker; choose another")
    if stray := re.search(r"[{}]", SLOT.sub("", topic)):
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
    return frozenset(slot for text in (template.topic, *_texts(template.payload)) for slot in SLOT.findall(text))


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
