"""Fuzz target: messages that anybody may send who may publish. They become commands, or a ValueError says why not."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from voiced import grammar
from voiced.acting.actions import actions_of, messages
from voiced.flow import Outcome, Sentence
from voiced.foundations.resources import shipped
from voiced.grammar import understand
from voiced.mqtt.received import read_command
from voiced.mqtt.topics import Topics, outcome_events
from voiced.records.outcome import outcome_line

TOPICS = Topics("hall")
ALL = (TOPICS.say, TOPICS.listen, TOPICS.set_mute, "other/topic")
WORDS = (
    b"ON",
    b"OFF",
    b"PRESS",
    b"turn on",
    b"the kitchen lights",
    b"add milk to the shopping list",
    b"\xc2\x9b",
    b"{",
    b"}",
    b"$",
)


def seeds() -> list[bytes]:
    """Return messages, each behind a byte that says where it is sent to."""
    said = (b"turn on the kitchen lights", b"set the heating to 21.5 degrees", b"ON", b"off", b"", b"PRESS")
    return [bytes([topic]) + text for topic in range(len(ALL)) for text in said]


def target(data: bytes) -> None:
    """Read a message, and do with a sentence what the daemon does."""
    topic = ALL[data[0] % len(ALL)] if data else ALL[0]
    try:
        command = read_command(TOPICS, topic, data[1:], 0.0)
    except ValueError as error:
        assert str(error)
        return
    if isinstance(command, Sentence):
        transcript = understand(_commands(), command.text)
        outcome = Outcome("0", transcript, actions=actions_of(_commands(), transcript))
        events = outcome_events(TOPICS, outcome, datetime(2026, 11, 30, tzinfo=UTC))
        assert all(event.payload.encode() for event in events)
        assert outcome_line(outcome).encode()
        for action in messages(outcome.actions):
            assert not set(action.topic) & {"+", "#", "\0"}
            assert action.topic.encode()
            assert action.payload is not None


@cache
def _commands() -> grammar.Grammar:
    return grammar.load([shipped("intents")])
