"""Listening with somebody who answers at pauses, told as text as in `test_listening`.

The answer to a pause comes a number of frames later, as from a recogniser in another thread.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.listening.test_ear import WORD, ScriptDetector, ScriptVad, conversation, frame_of, frames
from voiced import grammar
from voiced.audio.vad import Vad
from voiced.config import ListeningSettings, RecognizerSettings
from voiced.flow import Continuation, Ending, Utterance
from voiced.listening.ear import listen
from voiced.listening.events import Listening, Muted, Pause, Waiting
from voiced.listening.requests import Requests
from voiced.recognition.recognizer import Recognizer
from voiced.wake.detector import WakeWord, WakeWordDetector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiced.flow import AudioFrame
    from voiced.listening.events import Event

SETTINGS = ListeningSettings(
    pre_roll=0.3,
    min_speech=0.25,
    silence=0.8,
    silence_complete=0.4,
    silence_concluded=0.3,
    silence_unfinished=1.2,
    start_timeout=4.0,
)
COMPLETE, EXTENDABLE, CONCLUDED, UNFINISHED, UNKNOWN = Continuation


def hear(
    script: str, *continuations: Continuation, after: int = 2, settings: ListeningSettings = SETTINGS
) -> list[Event]:
    """What the ear says if each pause is answered, `after` frames later, by the next of these.

    What an answer has ended at once is added: the ear leaves it to whoever answers.
    """
    requests, answers = Requests(), list(continuations)
    waiting: list[tuple[int, Utterance]] = []
    at = 0

    def sound() -> Iterator[AudioFrame]:
        nonlocal at
        for at, frame in enumerate(frames(script)):
            if waiting and answers and waiting[0][0] == at:
                so_far = waiting.pop(0)[1]
                continuation = answers.pop(0)
                if requests.answer_pause(so_far, continuation):
                    heard.append(replace(so_far, ending=Ending.COMPLETE) if continuation is COMPLETE else so_far)
            yield frame

    heard: list[Event] = []
    for event in listen(sound(), ScriptDetector(), ScriptVad(), settings, requests):
        if not isinstance(event, Waiting):
            heard.append(event)
        if isinstance(event, Pause):
            waiting.append((at + after, event.so_far))
    return heard


def kinds(events: list[Event]) -> list[str]:
    """In short: how each recording went."""
    return [event.ending.value if isinstance(event, Utterance) else type(event).__name__ for event in events]


def seconds_of_quiet(utterance: Event) -> float:
    assert isinstance(utterance, Utterance)
    return round((utterance.start + len(utterance.samples) - utterance.speech[1]) / 16_000, 1)


@pytest.mark.parametrize(
    ("continuation", "ending", "quiet"),
    [
        (COMPLETE, "complete", 0.2),
        (EXTENDABLE, "silence", 0.4),
        (UNFINISHED, "silence", 1.2),
        (UNKNOWN, "silence", 0.8),
    ],
)
def test_the_answer_decides_how_long_it_waits(continuation: Continuation, ending: str, quiet: float) -> None:
    events = hear(WORD + "." * 5 + "s" * 10 + "." * 20, continuation)
    assert kinds(events) == ["Listening", "Pause", ending]
    assert seconds_of_quiet(events[2]) == pytest.approx(quiet, abs=0.11)


def test_what_is_handed_out_at_the_pause_is_what_is_handed_out_at_the_end() -> None:
    _, pause, utterance = hear(WORD + "." * 5 + "s" * 10 + "." * 20, COMPLETE)
    assert isinstance(pause, Pause)
    assert isinstance(utterance, Utterance)
    assert (pause.so_far.start, pause.so_far.speech) == (utterance.start, utterance.speech)
    assert (utterance.samples[: len(pause.so_far.samples)] == pause.so_far.samples).all()


def test_nobody_answers() -> None:
    assert kinds(hear(WORD + "." * 5 + "s" * 10 + "." * 12)) == ["Listening", "Pause", "silence"]


def test_pauses_are_not_asked_about_if_nobody_wants_to_know() -> None:
    silent = SETTINGS.model_copy(update={"recognize_pauses": False})
    assert kinds(hear(WORD + "." * 5 + "s" * 10 + "." * 12, settings=silent)) == ["Listening", "silence"]


def test_speech_that_goes_on_makes_the_answer_void() -> None:
    events = hear(WORD + "." * 5 + "s" * 10 + "..." + "s" * 10 + "." * 12, COMPLETE, UNKNOWN, after=3)
    assert kinds(events) == ["Listening", "Pause", "Pause", "silence"]
    assert isinstance(events[3], Utterance)
    assert frame_of(events[3].speech[1]) == pytest.approx(48, abs=0.4)


def test_one_question_at_a_time() -> None:
    script = WORD + "." * 5 + "s" * 10 + "..." + "s" * 5 + "..." + "s" * 5 + "." * 20
    events = hear(script, COMPLETE, UNKNOWN, after=9)  # the answer to the first pause comes after the second
    assert kinds(events) == ["Listening", "Pause", "Pause", "silence"]
    assert isinstance(events[2], Pause)
    assert frame_of(events[2].so_far.speech[1]) == pytest.approx(51, abs=0.4)


def test_who_answers_late_is_asked_later() -> None:
    """The second command has a pause of 0.24 s, and recognising took 0.72 s the last time."""
    first = WORD + "." * 5 + "s" * 10 + "." * 20
    second = WORD + "." * 5 + "s" * 10 + "..." + "s" * 10 + "." * 20
    quick = hear(first + second, UNKNOWN, UNKNOWN, UNKNOWN, after=1)
    assert kinds(quick) == ["Listening", "Pause", "silence", "Listening", "Pause", "Pause", "silence"]
    slow = hear(first + second, UNKNOWN, UNKNOWN, UNKNOWN, after=9)
    assert kinds(slow) == ["Listening", "Pause", "silence", "Listening", "Pause", "silence"]


def test_however_late_the_answers_the_end_is_asked_about() -> None:
    script = WORD + "." * 5 + "s" * 10 + "." * 60
    assert kinds(hear(script + script, UNKNOWN, UNKNOWN, after=50)) == 2 * ["Listening", "Pause", "silence"]


def test_what_was_ended_at_once_is_over() -> None:
    """What is said before the next frame has come is lost, and begins nothing; the next command is heard."""
    script = WORD + "." * 5 + "s" * 10 + "...." + "s" * 10 + "." * 20
    assert kinds(hear(script + script, COMPLETE, COMPLETE)) == 2 * ["Listening", "Pause", "complete"]


def test_an_answer_that_comes_late_ends_at_once_what_it_would_have_ended() -> None:
    _, pause, ended = hear(WORD + "." * 5 + "s" * 10 + "." * 30, EXTENDABLE, after=5)
    assert isinstance(pause, Pause)
    assert isinstance(ended, Utterance)
    assert len(ended.samples) == len(pause.so_far.samples)  # not one of the ear's


def test_who_goes_on_before_the_answer_comes_is_heard_out() -> None:
    script = WORD + "." * 5 + "s" * 10 + "...s.s" + "." * 20
    assert kinds(hear(script, COMPLETE, UNKNOWN, after=3))[:3] == ["Listening", "Pause", "Pause"]


# -- one word in one breath with the wake word --------------------------------------------------------


@pytest.mark.parametrize(
    ("continuation", "ending", "quiet"),
    [(COMPLETE, "complete", 0.3), (CONCLUDED, "silence", 0.3), (EXTENDABLE, "silence", 0.4), (UNKNOWN, "silence", 4.0)],
)
def test_one_word_in_one_breath(continuation: Continuation, ending: str, quiet: float) -> None:
    events = hear(WORD + "ssss" + "." * 60, continuation)
    assert kinds(events) == ["Listening", "Pause", ending]
    assert isinstance(events[1], Pause)
    assert events[1].so_far.prefix == "Hey Jarvis,"
    assert seconds_of_quiet(events[2]) == pytest.approx(quiet, abs=0.25)


def test_a_drawled_wake_word_is_followed_by_a_command_all_the_same() -> None:
    events = hear(WORD + "ssss" + "." * 12 + "s" * 10 + "." * 20, UNKNOWN, COMPLETE)
    assert kinds(events) == ["Listening", "Pause", "Pause", "complete"]
    assert isinstance(events[3], Utterance)
    assert frame_of(events[3].speech[0]) == pytest.approx(36, abs=0.4)
    assert events[3].prefix == ""


def test_after_the_wake_word_alone_nobody_is_asked() -> None:
    assert kinds(hear(WORD + "." * 60)) == ["Listening", "no_speech"]


def test_one_word_in_one_breath_with_the_real_parts() -> None:
    """Hey Jarvis, stop! The wake word is no part of the command, and the answer does not wait for the start timeout."""
    commands = grammar.parse("intents: {Stop: {sentences: [stop]}, Light: {sentences: ['turn (on|off) the light[s]']}}")
    recognizer, requests = Recognizer(RecognizerSettings(threads=1), commands), Requests()
    sound, now, heard = conversation("wake_one_word", 5.0), 0, list[object]()

    def frames_and_time() -> Iterator[AudioFrame]:
        nonlocal now
        for frame in sound:
            now = frame.end
            yield frame

    for event in listen(frames_and_time(), WakeWordDetector([WakeWord("hey_jarvis")]), Vad(), SETTINGS, requests):
        heard.append(event)
        if isinstance(event, Pause):
            so_far = recognizer.recognize_so_far(event.so_far)
            transcript = so_far.transcript
            assert (transcript.text.strip(" .!").lower(), transcript.reason) == ("stop", None)
            # The ear is at work meanwhile: it ends the recording at the next frame.
            requests.answer_pause(event.so_far, so_far.continuation)
        if isinstance(event, Utterance):
            break
    assert isinstance(heard[-1], Utterance)
    assert (heard[-1].ending, heard[-1].prefix) == (Ending.COMPLETE, "Hey Jarvis,")
    assert now - heard[-1].speech[1] < 0.5 * 16_000


# -- what comes between -------------------------------------------------------------------------------


def test_a_wake_word_during_a_question_starts_over() -> None:
    script = WORD + "." * 5 + "s" * 10 + "..." + "sssW" + "." * 5 + "s" * 8 + "." * 12
    events = hear(script, COMPLETE, COMPLETE, after=5)
    assert kinds(events) == ["Listening", "Pause", "Listening", "Pause", "complete"]


def test_muting_makes_a_question_void() -> None:
    requests = Requests()

    def sound() -> Iterator[AudioFrame]:
        for index, frame in enumerate(frames(WORD + "." * 5 + "s" * 10 + "." * 20)):
            if index in (38, 41):
                requests.mute(muted=index == 38)
            yield frame

    heard = []
    for event in listen(sound(), ScriptDetector(), ScriptVad(), SETTINGS, requests):
        if not isinstance(event, Waiting):
            heard.append(event)
        if isinstance(event, Muted) and not event.muted:
            assert isinstance(heard[1], Pause)
            requests.answer_pause(heard[1].so_far, COMPLETE)
    assert [type(event) for event in heard] == [Listening, Pause, Muted, Muted]
