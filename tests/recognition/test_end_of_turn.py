"""What may follow what was recognised at a pause: whether the last word is believed, and what was begun."""

from __future__ import annotations

import pytest

from voiced import grammar
from voiced.flow import Continuation, Reason, Transcript
from voiced.recognition.end_of_turn import LastWord, expected, said_once

COMMANDS = grammar.parse(
    "intents: {Light: {sentences: ['turn on the light [in the {room}]']}}\nlists: {room: [kitchen, hall]}"
)
COMPLETE, EXTENDABLE, CONCLUDED, UNFINISHED, UNKNOWN = Continuation


def transcript(text: str, reason: Reason | None = None, heard: str = "") -> Transcript:
    match = COMMANDS.match(text)
    return Transcript(text, match, reason, confidence=0.9, avg_logprob=-0.1, heard=heard)


@pytest.mark.parametrize(
    ("lead", "probability", "done", "continuation"),
    [
        (0.4, 0.9, False, COMPLETE),
        (0.1, 0.9, False, COMPLETE),
        (0.4, 0.03, False, COMPLETE),
        (0.4, 0.01, True, UNKNOWN),  # nothing in the sound suggests it
        (0.05, 0.9, False, UNKNOWN),  # comes too late to have been spoken, and yet
        (0.05, 0.9, True, EXTENDABLE),  # the speaker sounds done: most likely it was spoken
        (0.05, 0.3, True, UNKNOWN),
        (-0.2, 0.05, True, UNFINISHED),  # an invention: it was not said yet
    ],
)
def test_the_last_word_must_have_been_spoken(
    lead: float, probability: float, *, done: bool, continuation: Continuation
) -> None:
    whole = transcript("Turn on the light in the kitchen.")
    assert expected(COMMANDS, whole, LastWord(lead, probability), done=done) is continuation


@pytest.mark.parametrize(("done", "continuation"), [(False, EXTENDABLE), (True, CONCLUDED)])
def test_a_command_that_may_go_on(*, done: bool, continuation: Continuation) -> None:
    assert expected(COMMANDS, transcript("turn on the light"), LastWord(0.4, 0.9), done=done) is continuation


def test_nobody_is_done_in_the_middle_of_a_sentence() -> None:
    assert expected(COMMANDS, transcript("turn", Reason.LOW_CONFIDENCE, "turn on"), None, done=True) is UNFINISHED


@pytest.mark.parametrize(
    ("heard", "continuation"),
    [
        ("turn on the", UNFINISHED),
        ("turn on the, turn on the, turn", UNFINISHED),
        ("Turn on the light in, turn", UNFINISHED),
        ("turn on the light", UNKNOWN),  # a whole command, but it was rejected
        ("turn on a", UNFINISHED),  # the last word was misheard
        ("it is going to", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_what_is_rejected_may_have_been_begun(heard: str, continuation: Continuation) -> None:
    doubtful = transcript("turn on the light in the hall", Reason.LOW_CONFIDENCE, heard)
    assert expected(COMMANDS, doubtful, LastWord(0.4, 0.9)) is continuation
    nothing = transcript("something else", Reason.OUT_OF_GRAMMAR, heard)
    assert expected(COMMANDS, nothing, None) is continuation


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
