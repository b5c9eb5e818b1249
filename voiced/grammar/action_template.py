"""Templates of what an intent does, checked when intents are loaded: an MQTT message, or a program with its arguments.

In topic, payload and arguments `{slot}` stands for the slot's value, `{slot.attribute}` for an attribute of that value,
and `{text}` and the like for facts about the command. `acting.actions` fills templates; `checks` and `attributes`
compare `slots_of` with the slots that sentences set. Knows nothing of either.
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
TIMEOUT_SECONDS, LONGEST_TIMEOUT_SECONDS = 10.0, 3_600.0  # of a program
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


def valid_command(command: tuple[str, ...]) -> tuple[str, ...]:
    """A program and its arguments unchanged; raises ValueError if no such program can be named."""
    if not command:
        raise ValueError("the list is empty; name a program and its arguments, such as [notify-send, '{text}']")
    program = command[0]
    if not program.strip():
        raise ValueError("the program has no name; write it as the first of the list")
    # What is left of a brace is a slot with a mistake in it. Arguments may hold braces: they may be JSON.
    if stray := re.search(r"[{}]", SLOT.sub("", program)):
        raise ValueError(f"'{stray[0]}' does not belong to a slot; write slots as '{{name}}'")
    # Nobody knows in which folder the service was started.
    if "/" in program and not program.startswith(("/", "~/", "{")):
        raise ValueError(f"'{program}' depends on the folder; write the whole path, or the name of a program alone")
    if " " in program and "/" not in program:
        raise ValueError(f"there is no shell; write each argument by itself: [{', '.join(program.split())}]")
    return command


@dataclass(frozen=True, slots=True)
class ActionTemplate:
    """One thing that an intent does, with `{slot}` where values go: an MQTT message, or a program."""

    topic: str = ""  # of a message; `/`, `+`, `#` in a slot's value become `_`
    payload: JsonValue = ""  # text, or a mapping, list or number that becomes JSON
    qos: int = 1
    retain: bool = False
    expires: float = 10.0  # seconds after which it must not be done any more
    map: Mapping[str, Mapping[str, JsonValue]] = field(default_factory=dict)  # slot → its value as text → what to send
    run: tuple[str, ...] = ()  # a program and its arguments, instead of a message
    timeout: float | None = None  # seconds after which the program is ended; None: TIMEOUT_SECONDS

    def __post_init__(self) -> None:
        self._check_kind()
        for name in self.map.keys() - slots_of(self):
            instead = did_you_mean(name, slots_of(self)) or "; remove it, or write the slot in braces"
            where = "nothing in 'run'" if self.run else "neither topic nor payload"
            raise ValueError(f"the map of '{name}' has no use, for {where} names it{instead}")

    def _check_kind(self) -> None:
        """Raise ValueError unless this is a message or a program, with keys of its kind alone."""
        # Exactly one of two.
        if not self.run and not self.topic:
            raise ValueError("the action does nothing; give it a 'topic' to publish to, or a program to 'run'")
        if self.run and self.topic:
            raise ValueError("an action has a 'topic' or a program to 'run'; write two actions, in a list")
        # A message has no time-out: it is delivered, or expires.
        if self.topic:
            valid_topic(self.topic)
            if self.timeout is not None:
                raise ValueError("'timeout' is of programs; remove it, or write 'expires'")
            return
        # Keys that say what is usual anyway do no harm.
        valid_command(self.run)
        if (self.payload, self.qos, self.retain) != ("", 1, False):
            raise ValueError("'payload', 'qos' and 'retain' are of messages; remove them where a program is run")
        if self.timeout is not None and self.timeout > LONGEST_TIMEOUT_SECONDS:
            raise ValueError(f"a 'timeout' is at most {LONGEST_TIMEOUT_SECONDS:,.0f} seconds; write a shorter one")


def slots_of(template: ActionTemplate) -> frozenset[str]:
    """The names of the slots that a template needs, and `slot.attribute` where it needs an attribute of the value."""
    return frozenset(slot for text in (template.topic, *texts_of(template)) for slot in SLOT.findall(text))


def texts_of(template: ActionTemplate) -> Iterator[str]:
    """Yield each text of a template's payload or command."""
    yield from (*_texts(template.payload), *template.run)


def names_of_each(template: ActionTemplate) -> list[str]:
    """The names whose several values are done one by one: those in a topic, or anywhere in a program's arguments."""
    return [name for text in (template.topic, *template.run) for name in SLOT.findall(text)]


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
