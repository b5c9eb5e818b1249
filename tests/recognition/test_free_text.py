"""What Whisper writes freely in a short window: up to where it begins again."""

from __future__ import annotations

import pytest

from voiced.recognition.free_text import begins_again, said_once


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", False),
        ("Hey", False),
        ("Can I have a coffee? Can I", False),  # the last word may go on: "Can it"
        ("Can I have a coffee? Can I have", True),
        ("Alexa, Alexa, Alexa, Alexa", True),
        ("the light and the", False),
        ("the light and the lighter", False),
        ("turn on the light and turn off the fan", False),
    ],
)
def test_it_stops_once_two_whole_words_come_again(text: str, expected: bool) -> None:  # noqa: FBT001 # a parameter
    assert begins_again(text) is expected
