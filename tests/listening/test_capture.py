"""One recording, told as text: '.' quiet, 's' speech, 'W' the frame in which the wake word ends; 80 ms each."""

from __future__ import annotations

import numpy as np
import pytest

from tests.listening.test_ear import QUIET, SETTINGS, SPEECH, WORD, ScriptVad, frame_of, frames
from voiced.audio.vad import STEP_SAMPLES as STEP
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE, Continuation, Detection, Ending, Utterance
from voiced.listening.capture import Capture, blank
from voiced.listening.protocol_events import Answer
from voiced.listening.tuning import FADE_SAMPLES

BEGIN = 7  # frames of the stream before the recording: indices must count them
COMMAND = "....." + "s" * 8  # a pause behind the wake word, then 0.64 s of speech
SAID = (BEGIN + len(WORD) + 5, BEGIN + len(WORD) + 13)  # first and last+1 frame of its speech


def capture(before: str = WORD) -> Capture:
    """A capture that has caught up with what came before: woken by a word, or asked for where there is none."""
    history = list(frames(before, BEGIN))
    detection = Detection("hey_jarvis", 0.9, history[-1].end) if before.endswith("W") else None
    begun = Capture(SETTINGS, ScriptVad(), history, detection)
    assert begun.catch_up() is None
    return begun


def play(to: Capture, script: str, answer: Answer | None = None, at: int = BEGIN + len(WORD)) -> Ending | None:
    """Why it ended, if it did; `at`: number of the first frame."""
    return next(filter(None, (to.hear(frame, answer) for frame in frames(script, at))), None)


def in_frames(utterance: Utterance) -> tuple[float, float]:
    return frame_of(utterance.speech[0]), frame_of(utterance.speech[1])


def answered(so_far: Utterance, continuation: Continuation) -> Answer:
    return Answer(so_far.speech[1], continuation)


def test_the_command_is_found_in_the_stream() -> None:
    recording = capture()
    play(recording, COMMAND + "." * 8)
    utterance = recording.utterance(Ending.SILENCE)
    assert in_frames(utterance) == pytest.approx(SAID, abs=0.4)
    assert utterance.start == utterance.speech[0] - round(SETTINGS.pre_roll * SAMPLE_RATE)
    assert utterance.start + len(utterance.samples) == (BEGIN + len(WORD + COMMAND) + 8) * FRAME_SAMPLES
    assert utterance.prefix == ""


def test_without_a_wake_word_the_command_begins_when_it_was_asked_for() -> None:
    recording = capture("." * 10 + "s" * 2)
    play(recording, "s" * 8 + "." * 8, at=BEGIN + 12)
    assert in_frames(recording.utterance(Ending.SILENCE)) == pytest.approx((BEGIN + 12, BEGIN + 20), abs=0.4)


@pytest.mark.parametrize(
    ("script", "last", "ending"),
    [
        (COMMAND + "." * 9, "..", Ending.SILENCE),  # 0.8 s
        ("." * 49, "..", Ending.NO_SPEECH),  # 4 s
        ("....." + "s" * 124, "ss", Ending.TOO_LONG),  # 10 s
    ],
)
def test_endings(script: str, last: str, ending: Ending) -> None:
    recording = capture()
    assert play(recording, script) is None
    assert play(recording, last, at=BEGIN + len(WORD + script)) is ending


def test_nothing_said_is_an_utterance_without_speech() -> None:
    recording = capture()
    play(recording, "." * 60)
    utterance = recording.utterance(Ending.SILENCE)
    assert utterance.ending is Ending.NO_SPEECH, "whatever the endpointer says"
    assert utterance.speech[0] == utterance.speech[1]


def test_nothing_is_empty_and_knows_its_wake_word() -> None:
    recording = capture()
    play(recording, COMMAND)
    nothing = recording.nothing()
    assert (len(nothing.samples), nothing.ending, nothing.detection) == (0, Ending.NO_SPEECH, recording.detection)
    assert nothing.start == nothing.speech[0] == nothing.speech[1] == (BEGIN + len(WORD) + 13) * FRAME_SAMPLES


def test_a_pause_is_told_after_as_much_quiet_as_is_asked_for() -> None:
    recording = capture()
    play(recording, COMMAND + ".")
    assert recording.pause(4 * STEP) is None
    play(recording, ".", at=BEGIN + len(WORD + COMMAND) + 1)
    so_far = recording.pause(4 * STEP)
    assert so_far is not None
    assert in_frames(so_far) == pytest.approx(SAID, abs=0.4)


def test_no_pause_before_anything_is_said() -> None:
    recording = capture()
    play(recording, "." * 20)
    assert recording.pause(4 * STEP) is None


def test_a_pause_that_was_answered_is_not_told_again() -> None:
    recording = capture()
    play(recording, COMMAND + "...")
    so_far = recording.pause(4 * STEP)
    assert so_far is not None
    assert recording.pause(4 * STEP, answered(so_far, Continuation.UNKNOWN)) is None
    assert recording.pause(4 * STEP, Answer(so_far.speech[1] - STEP, Continuation.UNKNOWN)) is not None


@pytest.mark.parametrize("continuation", list(Continuation))
def test_what_would_end_the_recording_ends_it(continuation: Continuation) -> None:
    """What is foretold happens, and nothing else; however long it has been quiet."""
    for quiet in range(3, 10):
        recording = capture()
        play(recording, COMMAND + "." * quiet)
        so_far = recording.pause(4 * STEP)
        assert so_far is not None
        foretold = continuation in recording.ended_by(so_far.speech[1])
        ended = play(recording, ".", answered(so_far, continuation), BEGIN + len(WORD + COMMAND) + quiet)
        assert ended or not foretold
        assert (ended is not None) == (continuation in recording.ended_by(so_far.speech[1]))


def test_an_answer_to_other_speech_ends_nothing() -> None:
    recording = capture()
    play(recording, COMMAND + "...")
    so_far = recording.pause(4 * STEP)
    assert so_far is not None
    assert recording.ended_by(so_far.speech[1] - 2 * STEP) == set(), "there was speech since"
    old = Answer(so_far.speech[1] - 2 * STEP, Continuation.COMPLETE)
    assert play(recording, ".", old, BEGIN + len(WORD + COMMAND) + 3) is None


@pytest.mark.parametrize(("script", "waiting"), [("....", True), ("s", False), ("." + "s" * 8, False)])
def test_a_sign_is_waited_for_once(script: str, *, waiting: bool) -> None:
    recording = capture()
    play(recording, script)
    assert recording.take_waiting() is waiting
    assert recording.take_waiting() is False


def test_blank_leaves_no_edge() -> None:
    sound = np.full(3 * FADE_SAMPLES, SPEECH, np.float32)
    blank(sound, FADE_SAMPLES)
    assert not sound[:FADE_SAMPLES].any()
    assert np.all(np.diff(sound[FADE_SAMPLES : 2 * FADE_SAMPLES]) > QUIET)
    assert np.all(sound[2 * FADE_SAMPLES :] == SPEECH)


def test_blank_at_the_end() -> None:
    sound = np.full(FADE_SAMPLES, SPEECH, np.float32)
    blank(sound, FADE_SAMPLES - 10)
    assert np.count_nonzero(sound) == 9
