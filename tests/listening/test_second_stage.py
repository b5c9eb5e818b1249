"""A wake word in doubt: what the ear does until it is believed or refused, and what is dropped if it was none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.fakes import Notes
from tests.listening.test_ear import SETTINGS, WORD, ScriptDetector, ScriptVad, at_frame, frame_of, hear, utterances
from tests.listening.test_ear import frames as frames_of
from tests.wake.speakers import said
from tests.wake.test_detector import frames
from tests.wake.training.test_enrolment import jarvis_word
from voiced.audio.vad import Vad
from voiced.evaluation.noise import mixed
from voiced.flow import FRAME_SAMPLES, Continuation, Detection, Ending, Opinion, Utterance
from voiced.listening.ear import listen
from voiced.listening.events import Listening, Muted, Pause, Waiting
from voiced.listening.requests import Requests
from voiced.listening.second_stage import SecondStage
from voiced.wake import tuning, word_file
from voiced.wake.detector import WakeWord, WakeWordDetector
from voiced.wake.verifier import Verifier
from voiced.whisper.loading.weights import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voiced.assistant import Heard
    from voiced.flow import AudioFrame, Samples

DOUBTED = WORD.replace("W", "D")  # detected in frame 19
FIRST = Detection("hey_jarvis", 0.9, 20 * FRAME_SAMPLES, doubtful=True)
COMMAND = "." * 5 + "s" * 10 + "." * 12


def judged(number: int, script: str, detection: Detection, *, accepted: bool) -> list[object]:
    """Events, where the verdict comes before a frame."""
    requests = Requests()
    return list(hear(at_frame(number, lambda: requests.judge(detection, accepted=accepted), script), requests))


# -- the ear -----------------------------------------------------------------------------------------


def test_the_recording_begins_before_it_is_judged() -> None:
    listening, utterance = judged(30, DOUBTED + COMMAND, FIRST, accepted=True)
    assert isinstance(listening, Listening)
    assert isinstance(utterance, Utterance)
    assert listening.detection == utterance.detection == FIRST
    assert frame_of(utterance.speech[0]) == pytest.approx(25, abs=0.4)


def test_the_second_look_gets_the_word_and_what_came_before() -> None:
    [listening, _] = hear(at_frame(0, lambda: None, "." * 20 + DOUBTED + COMMAND))
    assert isinstance(listening, Listening)
    assert listening.sound is not None
    assert len(listening.sound) == 28 * FRAME_SAMPLES
    assert set(listening.sound[-FRAME_SAMPLES:]) == {np.float32(0.3125)}


def test_a_word_without_a_doubt_needs_no_second_look() -> None:
    [listening, _] = hear(at_frame(0, lambda: None, WORD + COMMAND))
    assert isinstance(listening, Listening)
    assert listening.sound is None


def test_a_refused_word_ends_the_recording() -> None:
    [listening] = judged(22, DOUBTED + COMMAND, FIRST, accepted=False)
    assert isinstance(listening, Listening)


def test_a_refused_word_may_be_followed_by_a_real_one() -> None:
    script = DOUBTED + "." * 10 + "s" * 9 + "W" + COMMAND
    *_, utterance = judged(22, script, FIRST, accepted=False)
    assert isinstance(utterance, Utterance)
    assert utterance.detection == Detection("hey_jarvis", 0.9, 40 * FRAME_SAMPLES)


def test_the_detector_learns_of_a_refusal() -> None:
    requests, detector = Requests(), ScriptDetector()
    sound = at_frame(22, lambda: requests.judge(FIRST, accepted=False), DOUBTED + COMMAND)
    list(listen(sound, detector, ScriptVad(), SETTINGS, requests))
    assert detector.refused == [FIRST]


DURING = WORD + "." * 5 + "s" * 6 + "D" + "s" * 6 + "." * 12  # a command, in which something sounds like the word
SECOND = Detection("hey_jarvis", 0.9, 32 * FRAME_SAMPLES, doubtful=True)


def test_a_command_goes_on_through_a_word_in_doubt() -> None:
    too_late = 50 + DURING.index("D")  # the ear remembers 4 s
    for verdict in (34, too_late):
        events = judged(verdict, DURING + "." * 50, SECOND, accepted=False)
        _, doubted, utterance = events
        assert isinstance(doubted, Listening)
        assert doubted.detection == SECOND
        assert isinstance(utterance, Utterance)
        assert utterance.detection == Detection("hey_jarvis", 0.9, 20 * FRAME_SAMPLES)
        assert frame_of(utterance.speech[0]) == pytest.approx(25, abs=0.4)
        assert frame_of(utterance.speech[1]) == pytest.approx(38, abs=0.4)


def test_a_believed_word_during_a_command_begins_another() -> None:
    script = DURING.rstrip(".") + "." * 4 + "s" * 8 + "." * 12
    *_, utterance = judged(36, script, SECOND, accepted=True)
    assert isinstance(utterance, Utterance)
    assert utterance.detection == SECOND
    assert frame_of(utterance.speech[1]) == pytest.approx(38 + 4 + 8, abs=0.4)


def test_a_late_belief_begins_a_recording_of_what_was_said_meanwhile() -> None:
    script = WORD + "." * 4 + "s" * 5 + "D" + "." * 5 + "s" * 8 + "." * 30
    second = Detection("hey_jarvis", 0.9, 30 * FRAME_SAMPLES, doubtful=True)
    late = [event for event in judged(50, script, second, accepted=True) if isinstance(event, Utterance)]
    assert late[-1].detection == second
    assert frame_of(late[-1].speech[0]) == pytest.approx(35, abs=0.4)
    assert frame_of(late[-1].speech[1]) == pytest.approx(43, abs=0.4)


@pytest.mark.parametrize("late", [*range(31, 130, 9), 200])
@pytest.mark.parametrize(
    "meanwhile",
    ["." * 5 + "s" * 8, "s" * 13, "." * 13, "s" * 60, "." * 40 + "s" * 20],
    ids=["a command", "one breath", "nothing", "a long command", "a command after a while"],
)
def test_however_late_the_belief_speech_lies_within_its_recording(late: int, meanwhile: str) -> None:
    """The ear remembers 4 s, 50 frames; an older word cannot be recorded any more."""
    script = WORD + "." * 4 + "s" * 5 + "D" + meanwhile + "." * (200 - len(meanwhile))
    word = Detection("hey_jarvis", 0.9, 30 * FRAME_SAMPLES, doubtful=True)
    heard = [event for event in judged(late, script, word, accepted=True) if isinstance(event, Utterance)]
    for found in heard:
        first, last = found.speech
        assert first <= last
        assert first == last or found.start <= first < last <= found.start + len(found.samples)
        assert (first == last) == (found.ending is Ending.NO_SPEECH)
    [own] = [found for found in heard if found.detection == word]  # it began, so it ends
    if late > 30 + 50:
        assert own.ending is Ending.NO_SPEECH, "half of a command may be another"


def test_of_two_doubtful_words_during_a_command_either_may_be_believed() -> None:
    script = WORD + "." * 4 + "s" * 5 + "D" + "s" * 3 + "D" + "." * 5 + "s" * 8 + "." * 40
    older, newer = (Detection("hey_jarvis", 0.9, at * FRAME_SAMPLES, doubtful=True) for at in (30, 34))
    for detection in (older, newer):
        *_, last = judged(36, script, detection, accepted=True)
        assert isinstance(last, Utterance)
        assert last.detection == detection


@pytest.mark.parametrize("accepted", [False, True])
def test_a_verdict_on_a_word_that_is_gone_changes_nothing(*, accepted: bool) -> None:
    """Somebody has started over, with a word that nobody doubts, before the verdict on an older one comes."""
    script = WORD + "." * 4 + "s" * 5 + "D" + "s" * 8 + "W" + "." * 5 + "s" * 8 + "." * 12
    older = Detection("hey_jarvis", 0.9, 30 * FRAME_SAMPLES, doubtful=True)
    events = judged(44, script, older, accepted=accepted)
    assert [type(event) for event in events] == [Listening, Listening, Listening, Utterance]
    assert isinstance(events[-1], Utterance)
    assert events[-1].detection == Detection("hey_jarvis", 0.9, 39 * FRAME_SAMPLES)


@pytest.mark.parametrize("accepted", [False, True])
def test_a_verdict_on_a_word_from_before_a_mute_changes_nothing(*, accepted: bool) -> None:
    requests = Requests()

    def sound() -> Iterator[AudioFrame]:
        for index, frame in enumerate(frames_of(DURING + "." * 60)):
            if index == 34:
                requests.mute(muted=True)
                requests.judge(SECOND, accepted=accepted)
            if index == 40:
                requests.mute(muted=False)
            yield frame

    assert [type(event) for event in hear(sound(), requests)] == [Listening, Listening, Muted, Muted]


def test_in_one_breath_the_phrase_counts_not_the_name() -> None:
    class Called(ScriptDetector):
        def detect(self, frame: AudioFrame) -> Detection | None:
            found = super().detect(frame)
            return found and replace(found, wake_word="mine", phrase="hey computer")

    sound = at_frame(0, lambda: None, WORD + "s" * 12 + "." * 12)
    [utterance] = utterances(list(listen(sound, Called(), ScriptVad(), SETTINGS, Requests())))
    assert utterance.prefix == "Hey Computer,"


# -- the filter --------------------------------------------------------------------------------------

SOUND = np.zeros(35_840, np.float32)


class Believer:
    """Believes words that the test says."""

    def __init__(self, *believed: str) -> None:
        self.believed = believed

    def __call__(self, detection: Detection, sound: Samples) -> Opinion:
        assert len(sound) == len(SOUND)
        return Opinion(0.8 if detection.wake_word in self.believed else 0.4, -3.0)


def through(events: list[Heard], *believed: str) -> tuple[list[Heard], Notes]:
    notes = Notes()
    stage = SecondStage(Believer(*believed), {"hey_jarvis": 0.5})
    return list(stage.verified(events, notes, notes)), notes


def utterance(detection: Detection | None) -> Utterance:
    return Utterance(SOUND, 0, (100, 200), Ending.SILENCE, detection)


def test_what_comes_of_a_believed_word_passes() -> None:
    events: list[Heard] = [Listening(FIRST, SOUND), Waiting(FIRST), Pause(utterance(FIRST)), utterance(FIRST)]
    passed, notes = through(events, "hey_jarvis")
    assert passed == events
    assert notes.told == [("verdict", "hey_jarvis", True)]


def test_what_comes_of_a_refused_word_is_dropped_and_told() -> None:
    passed, notes = through([Listening(FIRST, SOUND), Waiting(FIRST), Pause(utterance(FIRST)), utterance(FIRST)])
    assert passed == []
    unknown = ((100, 200), Continuation.UNKNOWN)  # the answer to the pause
    assert notes.told == [("verdict", "hey_jarvis", False), ("rejected", "hey_jarvis", 0.4), unknown]


def test_of_two_refused_words_both_are_dropped() -> None:
    """The second is heard during the recording of the first, before the recogniser has looked at either."""
    passed, _ = through([Listening(FIRST, SOUND), Listening(SECOND, SOUND), Pause(utterance(FIRST)), utterance(FIRST)])
    assert passed == []


def test_what_comes_of_another_word_passes() -> None:
    other: list[Heard] = [utterance(SECOND), Pause(utterance(SECOND)), utterance(None)]
    passed, _ = through([Listening(FIRST, SOUND), *other])
    assert passed == other


def test_only_a_word_in_doubt_is_looked_at() -> None:
    events: list[Heard] = [Listening(FIRST), Listening(None), utterance(FIRST)]
    assert through(events)[0] == events
    assert utterances([event for event in events if isinstance(event, Utterance)])


# -- the real parts ----------------------------------------------------------------------------------

WAKES = [0.92, 0.96, 1.0, 1.02, 1.05]  # speeds


@pytest.mark.slow
def test_an_enrolled_word_wakes_in_noise_and_other_words_do_not(tmp_path: Path) -> None:
    path = tmp_path / "hey_jarvis.npz"
    word_file.write(path, jarvis_word())
    detector = WakeWordDetector([WakeWord(str(path), threshold=0.1, verified=True)])
    verifier, notes, requests = Verifier(load("tiny.en"), "en"), Notes(), Requests()

    def opinion(detection: Detection, sound: Samples) -> Opinion:
        return verifier.opinion(sound, "hey jarvis", detection.score)

    others = ("wake_alexa", "no_command", "command_timer", "command_blinds", "command_heating")
    parts = [
        part for speed, other in zip(WAKES, others, strict=True) for part in (("wake_jarvis", speed), (other, 1.0))
    ]
    clips = [np.pad(said(clip, speed), (0, 16_000)) for clip, speed in parts]
    ends = np.cumsum([len(clip) for clip in clips])
    sound = np.concatenate(clips)
    noise = np.random.default_rng(5).normal(size=len(sound)).astype(np.float32)
    heard = listen(frames(mixed(sound, noise, 10.0, "kitchen")), detector, Vad(), SETTINGS, requests)
    stage = SecondStage(opinion, {"hey_jarvis": tuning.EVIDENCE_THRESHOLD})
    woken = [event.detection for event in stage.verified(heard, requests, notes) if isinstance(event, Listening)]
    clip_of = [int(np.searchsorted(ends, detection.at)) for detection in woken if detection]
    assert clip_of == [0, 2, 4, 6, 8]
