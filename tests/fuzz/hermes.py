"""Fuzz target: Hermes messages of others. They become commands, are for somebody else, or a ValueError says why not."""

from __future__ import annotations

import json
from functools import cache

from voiced import grammar
from voiced.flow import Action, Outcome, Sentence
from voiced.foundations.resources import shipped
from voiced.grammar import understand
from voiced.mqtt.hermes import HEARD, Hermes
from voiced.mqtt.received import Query

WORDS = (
    *(
        b'"siteId": "hall"',
        b'"sessionId": "',
        b'"init": {',
        b'"type": "action"',
        b'"type": "notification"',
        b'"text": "',
    ),
    *(b'"customData": ', b'"sendIntentNotRecognized": true', b'"intentFilter": ["LightSet"]', b'"input": "', b'"id": '),
    *(b"null", b"true", b"[]", b"{}", b"NaN", b"1e999", b"\\ud800", b"[" * 5_000, b'"default"'),
)
FOUND = (b"\0" + b"[" * 5_000, b'\10{"input": "\\ud800"}')  # and mended


def seeds() -> list[bytes]:
    """Return messages, each behind a byte that says where it is sent to."""
    told: list[dict[str, object]] = [
        {},
        {"siteId": "hall"},
        {"siteId": "hall", "init": {"type": "action", "text": "which room?", "intentFilter": ["LightSet"]}},
        {"siteId": "hall", "init": {"type": "notification", "text": "done"}, "customData": "mine"},
        {"sessionId": "1", "text": "and now?", "sendIntentNotRecognized": True},
        {"siteId": "hall", "input": "turn on the kitchen lights", "id": "7", "sessionId": "1"},
    ]
    messages = [bytes([topic]) + json.dumps(each).encode() for topic in range(len(HEARD)) for each in told]
    return [*messages, *FOUND]


def target(data: bytes) -> None:
    """Read a message, and answer it as the daemon does."""
    published: list[Action] = []
    hermes = Hermes("hall", published.append)
    try:
        command = hermes.read(HEARD[data[0] % len(HEARD)] if data else HEARD[0], data[1:])
    except ValueError as error:
        assert str(error)
        return
    said = command.text if isinstance(command, Query | Sentence) else "turn on the kitchen lights"
    transcript = understand(_commands(), said)
    if isinstance(command, Query):
        command.answer(transcript.match)
    else:
        hermes.answered(Outcome("0", transcript))
    for message in published:
        assert not set(message.topic) & {"+", "#", "\0"}
        assert isinstance(json.loads(message.payload.encode()), dict)


@cache
def _commands() -> grammar.Grammar:
    return grammar.load([shipped("intents")])
