"""Fuzz target: what is said, in actions of every kind.

It chooses no topic, adds nothing to JSON, and is neither an option nor more than a part of one argument of a program.
"""

from __future__ import annotations

import json
import os
import re

from voiced.acting.actions import actions_for, messages
from voiced.flow import Match, Program
from voiced.grammar.action_template import ActionTemplate

PAYLOADS = ('{"do": "{text}"}', '{"do": {text}}', '["{text}", 1]', '"{text}"', '{"do": "a {text} b", "at": 1}')
TOPICS = ("home/{text}/set", "{text}/set", "{text}")
RUN = ("program", "{text}", "to {text}", "--text={text}", "{text}{text}")
WORDS = (
    b"-",
    b"\n",
    b"\0",
    b'"',
    b"\\",
    b'", "force": "yes',
    b"/",
    b"+",
    b"#",
    b"$SYS",
    b"NaN",
    b"true",
    b"1, 2",
    b"}",
    b'{"a": 1}',
    b"\\u0022",
)


def seeds() -> list[bytes]:
    """Return things that are said."""
    return [b"oat milk", b"$SYS/x", b'open a", "force": "yes', b"21.5", b"true"]


def target(data: bytes) -> None:
    """Fill every template with what is said."""
    text = data.decode(errors="surrogateescape")
    match = Match("A", {"text": text}, text, {}, free=frozenset({"text"}))
    for payload in PAYLOADS:
        [action] = messages(actions_for([ActionTemplate("t", payload)], match))
        whole, plain = json.loads(action.payload), json.loads(re.sub(r"\{text\}", "1", payload))
        assert type(whole) is type(plain)
        assert not isinstance(whole, (dict, list)) or len(whole) == len(plain), action.payload
        assert not isinstance(whole, dict) or whole.keys() == plain.keys(), action.payload
    for topic in TOPICS:
        [action] = messages(actions_for([ActionTemplate(topic)], match))
        assert action.topic.count("/") == topic.count("/")
        assert not re.search(r"^\$|[+#\0-\x1f\ud800-\udfff]", action.topic)
    [program] = actions_for([ActionTemplate(run=RUN)], match)
    assert isinstance(program, Program)
    name, first, *others, twice = program.command
    assert name == "program"
    assert not first.startswith(("-", "+"))
    assert not twice.startswith(("-", "+"))
    assert len(others) == 2
    assert not re.search(r"[\0-\x1f\ud800-\udfff]", "".join(program.command))
    os.fsencode("".join(program.command))
