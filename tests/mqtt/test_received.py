"""What others may send is a contract, too; whatever else comes is refused with a reason."""

from __future__ import annotations

import pytest

from voiced.flow import Sentence
from voiced.mqtt.received import ListenNow, SetEvidence, SetIntents, SetMinConfidence, SetMute, read_command
from voiced.mqtt.topics import Topics

TOPICS = Topics("den")


def test_a_sentence_knows_when_it_arrived() -> None:
    sentence = read_command(TOPICS, TOPICS.say, b"good night", 7.0)
    assert isinstance(sentence, Sentence)
    assert sentence.arrived == 7.0


@pytest.mark.parametrize(
    ("topic", "payload", "command"),
    [
        ("say", "turn on the light", Sentence("turn on the light")),
        ("say", "  turn on\n the\tlight ", Sentence("turn on the light")),
        ("say", "Küche", Sentence("Küche")),
        ("listen", "", ListenNow()),
        ("listen", "on", ListenNow()),
        ("listen", "PRESS", ListenNow()),
        ("mute", "ON", SetMute(muted=True)),
        ("mute", "off", SetMute(muted=False)),
        ("evidence", "0.75", SetEvidence(0.75)),
        ("min_confidence", " 0.4 ", SetMinConfidence(0.4)),
        ("intents/hey_jarvis", "guests", SetIntents("hey_jarvis", "guests")),
    ],
)
def test_commands(topic: str, payload: str, command: object) -> None:
    assert read_command(TOPICS, f"voiced/den/{topic}/set", payload.encode(), 7.0) == command


@pytest.mark.parametrize(
    ("topic", "payload", "why"),
    [
        ("say", b"", "an empty sentence"),
        ("say", b" \n", "an empty sentence"),
        ("say", b"x" * 501, "more than 500 characters"),
        ("say", b"x" * 5_000, "longer than 4096 bytes"),
        ("say", b"\xff\xfe", "utf-8"),
        ("say", b"a\x00b", "unprintable"),
        ("say", b"a\x1b[2Jb", "unprintable"),
        ("listen", b"OFF", "must be empty or ON"),
        ("mute", b"", "must be ON or OFF"),
        ("mute", b"TOGGLE", "must be ON or OFF"),
        ("evidence", b"", "must be a number between 0 and 1"),
        ("evidence", b"nan", "must be a number between 0 and 1"),
        ("evidence", b"1", "must be a number between 0 and 1"),
        ("min_confidence", b"high", "must be a number between 0 and 1"),
        ("state", b"waiting", "not a topic for commands"),
    ],
)
def test_what_makes_no_sense(topic: str, payload: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_command(TOPICS, f"voiced/den/{topic}/set", payload, 7.0)


def test_every_topic_for_commands_is_read() -> None:
    commands = [topic.replace("+", "alexa") for topic in TOPICS.commands]
    assert commands == [
        "voiced/den/say/set",
        "voiced/den/listen/set",
        "voiced/den/mute/set",
        "voiced/den/evidence/set",
        "voiced/den/min_confidence/set",
        "voiced/den/intents/alexa/set",
    ]
    for topic, payload in zip(commands, (b"hi", b"ON", b"ON", b"0.5", b"0.5", b"guests"), strict=True):
        read_command(TOPICS, topic, payload, 7.0)
