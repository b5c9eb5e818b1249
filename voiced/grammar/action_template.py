"""Templates of MQTT messages that an intent sends: topic and payload, checked when intents are loaded.

In topic and payload `{slot}` stands for the slot's value, `{slot.attribute}` for an attribute of that value, and
`{text}` and the like for facts about the command. `acting.actions` fills templates; `checks` and `attributes` compare
`slots_of` with the slots that sentences set. Knows nothing of either.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from voiced.foundations.nearest import did_you_mean
from voiced.foundations.topic_names import LONGEST_TOPIC_BYTES, NOT_IN_A_TOPIC

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from voiced.flow import SlotValue

# `{light}`, `{light.topic}`; other braces are themselves: a text payload may be JSON written by hand.
SLOT = re.compile(r"\{(\w+(?:\.\w+)?)\}")
# Of every command; a slot of that name wins. `acting.facts` has those that are not in the match.
FACTS = frozenset({"text", "intent", "confidence", "id", "time", "site", "room", "wake_word"})


def valid_topic(topic: str) -> str:
    """The topic unchanged; raises ValueError if MQTT forbids publishing to it (MQTT 5.0, section 4.7)."""
    # Slots may hold anything: the value is made safe when the template is filled. So judge what stands around them.
    fixed = SLOT.sub("x", topic)
    if not topic:
        raise ValueError("the topic is empty; name one, such as 'home/{room}/light/set'")
    # `+` and `#` are wildcards of subscriptions; control characters are forbidden everywhere.
    if found := NOT_IN_A_TOPIC.search(fixed):
        what = "is for subscriptions and" if found[0] in "+#" else "is no text that brokers take, and"
        raise ValueError(f"{found[0]!r} {what} cannot be in a topic that is published to; remove it")
    if len(topic.encode()) > LONGEST_TOPIC_BYTES:
        raise ValueError(f"the topic is longer than {LONGEST_TOPIC_BYTES:,} bytes; shorten it")
    # `$SYS` and the like are the broker's own.
    if topic.startswith("$"):
        raise ValueError("topics that begin with '$' belong to the broker; choose another")
    # What is left of a brace is a slot with a mistake in it.
    if stray := re.search(r"[{}]", SLOT.sub("", topic)):
        raise ValueError(f"'{stray[0]}' does not belong to a slot; write slots as '{{name}}'")
    return topic


@dataclass(frozen=True, slots=True)
class ActionTemplate:
    """One MQTT message that an intent sends, with `{slot}` where values go."""

    topic: str  # `/`, `+`, `#` in a slot's value become `_`
    payload: JsonValue = ""  # text, or a mapping, list or number that becomes JSON
    qos: int = 1
    retain: bool = False
    expires: float = 10.0  # seconds after which the message must not be delivered any more
    map: Mapping[str, Mapping[str, JsonValue]] = field(default_factory=dict)  # slot → its value as text → what to send

    def __post_init__(self) -> None:
        valid_topic(self.topic)
        for name in self.map.keys() - slots_of(self):
            instead = did_you_mean(name, slots_of(self)) or "; remove it, or write the slot in braces"
            raise ValueError(f"the map of '{name}' has no use, for neither topic nor payload names it{instead}")


def slots_of(template: ActionTemplate) -> frozenset[str]:
    """The names of the slots that a template needs, and `slot.attribute` where it needs an attribute of the value."""
    return frozenset(slot for text in (template.topic, *_texts(template.payload)) for slot in SLOT.findall(text))


def as_text(value: SlotValue | None) -> str:
    """A value as text; whole numbers without a point, 21, not 21.0; lists, mappings and `true` as JSON."""
    if value is None or isinstance(value, (bool, list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _texts(value: JsonValue) -> Iterator[str]:
    """Yield every text in a JSON value, keys excepted: keys are never filled."""
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _texts(item)
        case dict():
            for item in value.values():
                yield from _texts(item)
