"""Where the command starts, told as text: '.' quiet, 's' speech, 'd' a distant voice, 30 ms each; '|' the detection."""

from __future__ import annotations

import pytest

from voiced.audio.vad import Activity
from voiced.listening.command_start import Cut, command_start, cut, speech_start
from voiced.listening.tuning import (
    EARLIEST_END_STEPS,
    HESITATION_STEPS,
    LATEST_END_STEPS,
    ONSET_STEPS,
    PAUSE_STEPS,
    USUAL_END_STEPS,
)

WORD = "s" * 25  # 0.75 s, as long as "hey jarvis"


def parse(script: str) -> tuple[list[Activity], int]:
    detected = script.index("|")
    return [Activity(symbol) for symbol in script.replace("|", "")], detected


@pytest.mark.parametrize(
    ("script", "after"),  # steps after the detection
    [
        (WORD + "|" + "." * PAUSE_STEPS, 0),
        (WORD + "...|", -3),  # the detector was late: the pause has begun
        (WORD + ".|" + "." * (PAUSE_STEPS - 1), -1),
        (WORD + "|sss" + "." * PAUSE_STEPS, 3),  # or early
        (WORD + "|" + "." * (PAUSE_STEPS - 1), None),  # cannot be told yet
        (WORD + "|ssss", None),
        (WORD + "|" + "s" * (LATEST_END_STEPS + PAUSE_STEPS - 1), None),
        (WORD + "|" + "s" * (LATEST_END_STEPS + PAUSE_STEPS), LATEST_END_STEPS),  # one breath
        (WORD + "|" + "s" * LATEST_END_STEPS + "." * PAUSE_STEPS, LATEST_END_STEPS),
        (WORD + "|ss..ss..ssssss", LATEST_END_STEPS),  # closures are no pauses
        (WORD + "|" + "d" * 10, LATEST_END_STEPS),  # a television in the pause: no pause can be seen
        ("s" * 5 + "." * 8 + "s" * EARLIEST_END_STEPS + "|....", 0),  # "hey … jarvis": pauses before it do not count
        ("s" * 8 + "..." + "s" * EARLIEST_END_STEPS + "|....", 0),  # nor those within it: "a … lexa"
        ("." * 30 + "|" + "." * 10, LATEST_END_STEPS),  # the VAD heard nothing at all
    ],
)
def test_command_start(script: str, after: int | None) -> None:
    sounds, detected = parse(script)
    start = command_start(sounds, detected)
    assert (start if start is None else start - detected) == after


def test_a_pause_is_cut_where_it_begins() -> None:
    sounds, detected = parse("." * 10 + WORD + "|" + "." * 20 + "s" * 30 + "." * 20)
    assert cut(sounds, detected, (55, 85)) == Cut(begin=35, speech=(55, 85))


def test_one_breath_keeps_the_wake_word() -> None:
    sounds, detected = parse("." * 10 + WORD + "|" + "s" * 40 + "." * 20)
    found = cut(sounds, detected, (detected + LATEST_END_STEPS, 75))
    assert found == Cut(begin=10 - ONSET_STEPS, speech=(detected - USUAL_END_STEPS, 75), one_breath=True)


def test_one_breath_keeps_a_wake_word_of_two_words() -> None:
    sounds, detected = parse("." * 10 + "s" * 6 + "." * 8 + "s" * 14 + "|" + "s" * 40 + "." * 20)
    assert cut(sounds, detected, (detected + LATEST_END_STEPS, 78)).begin == 10 - ONSET_STEPS


def test_what_was_said_before_the_wake_word_is_not_kept() -> None:
    sounds, detected = parse("s" * 20 + "." * 15 + WORD + "|" + "s" * 40 + "." * 20)
    assert cut(sounds, detected, (detected + LATEST_END_STEPS, 100)).begin == 35 - ONSET_STEPS


def test_nothing_said() -> None:
    sounds, detected = parse("." * 10 + WORD + "|" + "." * 130)
    found = cut(sounds, detected, (detected, detected))
    assert found.speech == (detected, detected)
    assert not found.one_breath


def test_a_drawled_wake_word_and_nothing_else_is_nothing_said() -> None:
    sounds, detected = parse("." * 10 + WORD + "|" + "s" * LATEST_END_STEPS + "." * 130)
    assert not cut(sounds, detected, (40, 40)).one_breath


def test_a_command_of_one_word_in_one_breath() -> None:
    sounds, detected = parse("." * 10 + WORD + "|" + "s" * (LATEST_END_STEPS + 4) + "." * 130)
    found = cut(sounds, detected, (detected + LATEST_END_STEPS, detected + LATEST_END_STEPS))
    assert found == Cut(
        begin=10 - ONSET_STEPS, speech=(detected - USUAL_END_STEPS, detected + LATEST_END_STEPS + 4), one_breath=True
    )


def test_a_drawled_wake_word_a_pause_and_a_command() -> None:
    sounds, detected = parse("." * 10 + WORD + "|" + "s" * (LATEST_END_STEPS + 4) + "." * 60 + "s" * 30 + "." * 20)
    begin = detected + LATEST_END_STEPS + 4
    assert cut(sounds, detected, (begin + 60, begin + 90)) == Cut(begin=begin, speech=(begin + 60, begin + 90))


def test_a_recording_that_begins_with_the_detection() -> None:
    sounds, detected = parse("|" + "s" * 40)
    assert cut(sounds, detected, (LATEST_END_STEPS, 40)) == Cut(begin=0, speech=(0, 40), one_breath=True)


@pytest.mark.parametrize(
    (
        "before",
        "earlier",
    ),  # what precedes the speech that the endpointer found, and by how many steps it begins earlier
    [
        ("", 0),
        ("sssss....ssssss" + "." * 14, 29),  # "can … I … have a": too short for the endpointer
        ("ddd..", 5),  # or too quiet
        ("sss" + "." * (HESITATION_STEPS + 1), 0),  # something else
    ],
)
def test_the_first_word_is_kept(before: str, earlier: int) -> None:
    sounds, detected = parse("." * 10 + WORD + "|" + "." * 40 + before + "s" * 30 + "." * 20)
    found = detected + 40 + len(before)
    assert cut(sounds, detected, (found, found + 30)) == Cut(detected, (found - earlier, found + 30))
    assert speech_start(sounds, found, detected) == found - earlier
