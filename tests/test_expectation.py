"""What may follow what was recognised at a pause: whether the last word is believed, and what was begun."""

from __future__ import annotations

import pytest

from voiced import grammar
from voiced.expectation import expected, said_once
from voiced.flow import Outlook, Reason, Transcript
from voiced.whisper.words import TimedWord

COMMANDS = grammar.parse(
    "intents: {Light: {sentences: ['turn on the light [in the {room}]']}}\nlists: {room: [kitchen, hall]}"
)
COMPLETE, EXTENDABLE, UNFINISHED, UNKNOWN = Outlook
END = 2.0  # seconds: where the speech ends


def transcript(text: str, reason: Reason | None = None, heard: str = "") -> Transcript:
    match = COMMANDS.match(text)
    return Transcript(text, match, reason, confidence=0.9, avg_logprob=-0.1, heard=heard)


def last(start: float, probability: float) -> TimedWord:
    return TimedWord(" kitchen", (), start, start + 0.3, probability)


@pytest.mark.parametrize(
    ("start", "probability", "outlook"),
    [
        (1.6, 0.9, COMPLETE),
        (1.9, 0.9, COMPLETE),
        (1.6, 0.03, COMPLETE),
        (1.6, 0.01, UNKNOWN),  # nothing in the sound suggests it
        (1.95, 0.9, UNKNOWN),  # comes too late to have been spoken, and yet
        (2.2, 0.05, UNFINISHED),  # an invention: it was not said yet
    ],
)
def test_the_last_word_must_have_been_spoken(start: float, probability: float, outlook: Outlook) -> None:
    whole = transcript("Turn on the light in the kitchen.")
    assert expected(COMMANDS, whole, last(start, probability), END) is outlook


def test_a_command_that_may_go_on() -> None:
    assert expected(COMMANDS, transcript("turn on the light"), last(1.6, 0.9), END) is EXTENDABLE


@pytest.mark.parametrize(
    ("heard", "outlook"),
    [
        ("turn on the", UNFINISHED),
        ("turn on the, turn on the, turn", UNFINISHED),
        ("Turn on the light in, turn", UNFINISHED),
        ("turn on the light", UNKNOWN),  # a whole command, but it was rejected
        ("it is going to", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_what_is_rejected_may_have_been_begun(heard: str, outlook: Outlook) -> None:
    doubtful = transcript("turn on the light in the hall", Reason.LOW_CONFIDENCE, heard)
    assert expected(COMMANDS, doubtful, last(1.6, 0.9), END) is outlook
    nothing = transcript("something else", Reason.OUT_OF_GRAMMAR, heard)
    assert expected(COMMANDS, nothing, None, END) is outlook


@pytest.mark.parametrize(
    ("text", "once"),
    [
        ("Set the kitchen to, set the kitchen to", "Set the kitchen to,"),
        ("turn off, turn", "turn off,"),
        ("tell me what the time is", "tell me what the time is"),
        ("the more the merrier", "the more the merrier"),
        ("no no", "no"),
        ("stop", "stop"),
        ("", ""),
    ],
)
def test_a_text_that_begins_again(text: str, once: str) -> None:
    assert said_once(text) == once
