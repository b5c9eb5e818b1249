"""Listening, told as text: '.' quiet, 's' speech, 'W' the frame in which the wake word is detected, 80 ms each.
'D' is a detection in doubt, which gets a second look.

Detector and VAD are real classes that read the script; further down the real ones hear real files.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from voiced.audio import sound_file
from voiced.audio.vad import STEP_SAMPLES, Activity, Vad
from voiced.config import ListeningSettings
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Detection, Ending, Utterance
from voiced.listening.capture import spoken
from voiced.listening.ear import listen
from voiced.listening.events import Event, Listening, Muted, Waiting
from voiced.listening.requests import Requests
from voiced.wake.detector import WakeWord, WakeWordDetector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from voiced.flow import Samples

SETTINGS = ListeningSettings(
    pre_roll=0.3, min_speech=0.25, silence=0.8, start_timeout=4.0, longest=10.0, recognize_pauses=False
)
SOUNDS = Path(__file__).parents[1] / "sounds"
QUIET, SPEECH, WAKE, DOUBTFUL = 0.0, 0.5, 0.25, 0.3125  # what the samples of a frame are, for each symbol
SAMPLES = {".": QUIET, "s": SPEECH, "W": WAKE, "D": DOUBTFUL}
WORD = "." * 10 + "s" * 9 + "W"  # the detector is sure when the word has ended


class ScriptDetector:
    """Detects where the script says so."""

    suspects = False

    def __init__(self) -> None:
        self.resets = 0
        self.refused: list[Detection] = []

    def detect(self, frame: AudioFrame) -> Detection | None:
        symbol = frame.samples[0]
        if symbol not in (WAKE, DOUBTFUL):
            return None
        return Detection("hey_jarvis", 0.9, frame.end, doubtful=bool(symbol == DOUBTFUL))

    def allow_again(self) -> None:
        """It may always."""

    def refuse(self, detection: Detection) -> None:
        self.refused.append(detection)

    def reset(self) -> None:
        self.resets += 1


class ScriptVad:
    """Speech is what is not silent; steps straddle frames, as they do for the real one."""

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.float32)

    def judge(self, samples: Samples) -> Iterator[Activity]:
        self._rest = np.concatenate((self._rest, samples))
        while len(self._rest) >= STEP_SAMPLES:
            step, self._rest = self._rest[:STEP_SAMPLES], self._rest[STEP_SAMPLES:]
            yield Activity.SPEECH if step.mean() > WAKE / 2 else Activity.QUIET

    def reset(self) -> None:
        self._rest = np.zeros(0, np.float32)


def frames(script: str, at: int = 0) -> Iterator[AudioFrame]:
    for index, symbol in enumerate(script):
        start = (at + index) * FRAME_SAMPLES
        yield AudioFrame(start, np.full(FRAME_SAMPLES, SAMPLES[symbol], np.float32))


def hear(sound: Iterable[AudioFrame], requests: Requests | None = None) -> list[Event]:
    """What the ear says, but for when somebody waits for a sign."""
    return settled(listen(sound, ScriptDetector(), ScriptVad(), SETTINGS, requests or Requests()))


def settled(events: Iterable[Event]) -> list[Event]:
    return [event for event in events if not isinstance(event, Waiting)]


def utterances(events: Iterable[Event]) -> list[Utterance]:
    return [event for event in events if isinstance(event, Utterance)]


def frame_of(sample: int) -> float:
    return sample / FRAME_SAMPLES


@pytest.mark.parametrize(
    ("script", "endings"),
    [
        ("." * 100, []),
        ("s" * 100, []),  # talk without a wake word
        (WORD + "." * 5 + "s" * 10 + "." * 12, [Ending.SILENCE]),
        (WORD + "." * 25 + "s" * 10 + "." * 12, [Ending.SILENCE]),  # 2 s between wake word and command
        (WORD + "s" * 15 + "." * 12, [Ending.SILENCE]),  # one breath
        (WORD + "." * 55, [Ending.NO_SPEECH]),
        (WORD + "ss" + "." * 55, [Ending.NO_SPEECH]),  # the wake word's tail is no command
        (WORD + "." * 5 + "s" * 140, [Ending.TOO_LONG]),
        (WORD + "." * 3 + "s" * 8 + "." * 12 + WORD + "." * 3 + "s" * 8 + "." * 12, [Ending.SILENCE] * 2),
        ("W" + "." * 3 + "s" * 8 + "." * 12, [Ending.SILENCE]),  # a stream that begins with the wake word
    ],
)
def test_endings(script: str, endings: list[Ending]) -> None:
    events = hear(frames(script))
    assert [utterance.ending for utterance in utterances(events)] == endings
    assert [type(event) for event in events] == [Listening, Utterance] * len(endings)


@pytest.mark.parametrize("script", [WORD, WORD + "." * 5, WORD + "." * 5 + "s" * 10, WORD + "s" * 15 + "." * 9])
def test_half_a_command_is_not_handed_out(script: str) -> None:
    assert [type(event) for event in hear(frames(script))] == [Listening]


def test_the_utterance_is_the_command_with_its_pre_roll() -> None:
    [woken, utterance] = hear(frames(WORD + "." * 10 + "s" * 10 + "." * 12))
    assert woken == Listening(Detection("hey_jarvis", 0.9, 20 * FRAME_SAMPLES))
    assert isinstance(utterance, Utterance)
    assert utterance.detection == Detection("hey_jarvis", 0.9, 20 * FRAME_SAMPLES)
    assert utterance.prefix == ""
    assert frame_of(utterance.speech[0]) == pytest.approx(30, abs=0.4)
    assert frame_of(utterance.speech[1]) == pytest.approx(40, abs=0.4)
    assert utterance.speech[0] - utterance.start == round(0.3 * SAMPLE_RATE)
    said = utterance.speech[0] - utterance.start
    assert not utterance.samples[: said - STEP_SAMPLES].any()
    assert utterance.samples[said : said + 10 * FRAME_SAMPLES - STEP_SAMPLES].all()
    assert utterance.start + len(utterance.samples) >= utterance.speech[1] + 0.8 * SAMPLE_RATE


def test_what_is_heard_knows_where() -> None:
    sound = [replace(frame, source="kitchen") for frame in frames(WORD + "." * 10 + "s" * 10 + "." * 12)]
    [woken, utterance] = hear(sound)
    assert isinstance(woken, Listening)
    assert isinstance(utterance, Utterance)
    assert woken.detection
    assert utterance.detection
    assert (woken.detection.source, utterance.detection.source, utterance.source) == ("kitchen",) * 3


def test_of_the_wake_word_nothing_is_left_even_if_the_pre_roll_reaches_it() -> None:
    [utterance] = utterances(hear(frames(WORD + ".." + "s" * 10 + "." * 12)))
    quiet = utterance.samples[: utterance.speech[0] - utterance.start - STEP_SAMPLES]
    assert len(quiet) > 0.2 * SAMPLE_RATE
    assert np.count_nonzero(quiet) <= STEP_SAMPLES  # the pause begins in the middle of a step


def test_in_one_breath_the_wake_word_is_kept_and_named() -> None:
    [utterance] = utterances(hear(frames(WORD + "s" * 15 + "." * 12)))
    assert utterance.prefix == "Hey Jarvis,"
    assert frame_of(utterance.start) < 10  # where the wake word begins
    assert utterance.samples[10 * FRAME_SAMPLES - utterance.start :][: 25 * FRAME_SAMPLES].all()
    assert frame_of(utterance.speech[0]) == pytest.approx(19, abs=1)
    assert frame_of(utterance.speech[1]) == pytest.approx(35, abs=0.4)


def test_one_word_in_one_breath_is_given_to_the_recogniser_late() -> None:
    [utterance] = utterances(hear(frames(WORD + "ssss" + "." * 55)))
    assert utterance.ending is Ending.SILENCE
    assert utterance.prefix == "Hey Jarvis,"
    assert utterance.speech[0] < utterance.speech[1]


def test_a_wake_word_during_a_recording_starts_over() -> None:
    events = hear(frames(WORD + "." * 5 + "s" * 5 + WORD + "." * 5 + "s" * 8 + "." * 12))
    assert [type(event) for event in events] == [Listening, Listening, Utterance]
    [utterance] = utterances(events)
    assert frame_of(utterance.speech[0]) == pytest.approx(55, abs=0.4)


# -- requests ----------------------------------------------------------------------------------------


def at_frame(number: int, do: Callable[[], None], script: str) -> Iterator[AudioFrame]:
    """The script's frames; before the one with this number something is asked for."""
    for index, frame in enumerate(frames(script)):
        if index == number:
            do()
        yield frame


def test_listen_now_needs_no_wake_word() -> None:
    requests = Requests()
    script = "s" * 10 + "." * 20 + "s" * 10 + "." * 12 + "s" * 20
    [started, utterance] = hear(at_frame(20, requests.listen_now, script), requests)
    assert started == Listening(None)
    assert isinstance(utterance, Utterance)
    assert (utterance.ending, utterance.detection, utterance.prefix) == (Ending.SILENCE, None, "")
    assert frame_of(utterance.speech[0]) == pytest.approx(30, abs=0.4)


def test_listen_now_while_somebody_speaks_begins_there() -> None:
    requests = Requests()
    [utterance] = utterances(hear(at_frame(10, requests.listen_now, "s" * 20 + "." * 12), requests))
    assert frame_of(utterance.speech[0]) == pytest.approx(11, abs=0.4)  # the frame in which it was asked for is over
    assert frame_of(utterance.speech[0] - utterance.start) == pytest.approx(3.75, abs=0.1)  # pre-roll of 0.3 s


def test_listen_now_during_a_recording_changes_nothing() -> None:
    requests = Requests()
    events = hear(at_frame(27, requests.listen_now, WORD + "." * 5 + "s" * 10 + "." * 20), requests)
    assert [type(event) for event in events] == [Listening, Utterance]


def test_a_recording_that_is_stopped_is_what_was_said_so_far() -> None:
    requests = Requests()
    stop = partial(requests.stop_listening, dropped=False)
    [utterance] = utterances(hear(at_frame(34, stop, WORD + "." * 5 + "s" * 60), requests))
    assert utterance.ending is Ending.SILENCE
    assert frame_of(utterance.speech[1]) == pytest.approx(34, abs=0.4)


def test_a_recording_that_is_dropped_holds_nothing() -> None:
    requests = Requests()
    stop = partial(requests.stop_listening, dropped=True)
    [utterance] = utterances(hear(at_frame(34, stop, WORD + "." * 5 + "s" * 60), requests))
    assert (utterance.ending, len(utterance.samples)) == (Ending.NO_SPEECH, 0)


@pytest.mark.parametrize("number", range(20, 30))
def test_a_recording_may_be_stopped_at_any_moment(number: int) -> None:
    """Even before it is known where the command begins."""
    requests = Requests()
    stop = partial(requests.stop_listening, dropped=False)
    said = utterances(hear(at_frame(number, stop, WORD + "." * 40), requests))
    assert [each.ending for each in said] == [Ending.NO_SPEECH]


def test_stopping_without_a_recording_changes_nothing() -> None:
    requests = Requests()
    assert hear(at_frame(5, partial(requests.stop_listening, dropped=False), "." * 20), requests) == []

    def at_once() -> None:
        requests.listen_now()
        requests.stop_listening(dropped=False)

    assert hear(at_frame(5, at_once, "." * 20), requests) == []


def test_muted_sound_is_thrown_away() -> None:
    requests = Requests()
    requests.mute(muted=True)
    assert hear(frames(WORD + "." * 5 + "s" * 10 + "." * 12), requests) == [Muted(muted=True)]


def test_muting_throws_a_recording_away() -> None:
    requests = Requests()
    script = WORD + "." * 5 + "s" * 20 + "." * 20
    events = hear(at_frame(30, lambda: requests.mute(muted=True), script), requests)
    assert [type(event) for event in events] == [Listening, Muted]


def test_unmuting_listens_again_and_remembers_nothing() -> None:
    requests, detector = Requests(), ScriptDetector()
    requests.mute(muted=True)
    sound = at_frame(40, lambda: requests.mute(muted=False), "s" * 40 + "W" + "." * 5 + "s" * 10 + "." * 12)
    events = settled(listen(sound, detector, ScriptVad(), SETTINGS, requests))
    assert [type(event) for event in events] == [Muted, Muted, Listening, Utterance]
    assert detector.resets == 2
    [utterance] = utterances(events)
    assert utterance.start >= 40 * FRAME_SAMPLES


def test_listen_now_while_muted_is_not_remembered() -> None:
    requests = Requests()
    requests.mute(muted=True)
    requests.listen_now()
    sound = at_frame(20, lambda: requests.mute(muted=False), "." * 30 + "s" * 10 + "." * 12)
    assert hear(sound, requests) == [Muted(muted=True), Muted(muted=False)]


@pytest.mark.parametrize(
    ("script", "at"),
    [
        (WORD + "." * 20, 21),  # a pause after the wake word: waits to be told that it was heard
        (WORD + "." * 5 + "s" * 10 + "." * 12, 21),
        (WORD + "ss" + "." * 20, 23),  # a drawled wake word
        (WORD + "s" * 15 + "." * 12, None),  # one breath: nobody is to interrupt
    ],
)
def test_who_waits_for_a_sign(script: str, at: int | None) -> None:
    now = 0

    def sound() -> Iterator[AudioFrame]:
        nonlocal now
        for frame in frames(script):
            yield frame
            now += 1

    waiting = [
        now
        for event in listen(sound(), ScriptDetector(), ScriptVad(), SETTINGS, Requests())
        if isinstance(event, Waiting)
    ]
    assert waiting == ([] if at is None else [pytest.approx(at, abs=1)])


def test_who_asked_for_listening_waits_for_a_sign() -> None:
    requests = Requests()
    events = listen(at_frame(20, requests.listen_now, "." * 30), ScriptDetector(), ScriptVad(), SETTINGS, requests)
    assert [type(event) for event in events] == [Listening, Waiting]


# -- gaps --------------------------------------------------------------------------------------------


def test_a_gap_ends_a_recording_with_nothing_heard() -> None:
    detector = ScriptDetector()
    before = list(frames(WORD + "." * 5 + "s" * 5))
    after = list(frames("s" * 10 + "." * 20, at=200))
    events = settled(listen(before + after, detector, ScriptVad(), SETTINGS, Requests()))
    assert [type(event) for event in events] == [Listening, Utterance]
    [utterance] = utterances(events)
    assert utterance.ending is Ending.NO_SPEECH
    assert utterance.speech[0] == utterance.speech[1]
    assert len(utterance.samples) == 0
    assert detector.resets == 1


def test_listening_goes_on_after_a_gap() -> None:
    [utterance] = utterances(hear([*frames("." * 10), *frames(WORD + "..." + "s" * 9 + "." * 12, at=1_000)]))
    assert frame_of(utterance.speech[0]) == pytest.approx(1_023, abs=0.4)


# -- the real parts ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def detector() -> WakeWordDetector:
    return WakeWordDetector([WakeWord("hey_jarvis")])


def conversation(*parts: str | float) -> Iterator[AudioFrame]:
    """Clips by name, and pauses in seconds."""
    sound = np.concatenate(
        [np.zeros(round(part * SAMPLE_RATE)) if isinstance(part, float) else read(part) for part in (1.0, *parts, 1.5)]
    )
    sound += np.random.default_rng(1).normal(scale=3e-4, size=len(sound))
    for start in range(0, len(sound) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        yield AudioFrame(start, sound[start : start + FRAME_SAMPLES].astype(np.float32))


def read(clip: str) -> Samples:
    return sound_file.read(SOUNDS / f"{clip}.ogg")


@pytest.mark.parametrize("gap", [0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("command", ["command_lights", "command_heating"])
def test_a_pause_between_wake_word_and_command(detector: WakeWordDetector, command: str, gap: float) -> None:
    detector.reset()
    events = settled(listen(conversation("wake_jarvis", gap, command), detector, Vad(), SETTINGS, Requests()))
    assert [type(event) for event in events] == [Listening, Utterance]
    [utterance] = utterances(events)
    begin = SAMPLE_RATE + len(read("wake_jarvis")) + round(gap * SAMPLE_RATE)
    assert (utterance.ending, utterance.prefix) == (Ending.SILENCE, "")
    assert abs(utterance.speech[0] - begin) < 0.15 * SAMPLE_RATE
    assert abs(utterance.speech[1] - begin - len(read(command))) < 0.3 * SAMPLE_RATE
    heard = utterance.samples[begin - utterance.start :][: len(read(command))]
    assert np.corrcoef(heard, read(command))[0, 1] > 0.99  # all of it
    before = utterance.samples[: begin - utterance.start - round(0.05 * SAMPLE_RATE)]
    assert np.abs(before).max(initial=0) < 0.05  # and nothing of the wake word


def test_one_breath(detector: WakeWordDetector) -> None:
    detector.reset()
    [utterance] = utterances(listen(conversation("wake_one_breath"), detector, Vad(), SETTINGS, Requests()))
    assert utterance.prefix == "Hey Jarvis,"
    heard = utterance.samples[SAMPLE_RATE - utterance.start :][: len(read("wake_one_breath"))]
    assert np.corrcoef(heard, read("wake_one_breath"))[0, 1] > 0.98


def test_nothing_said(detector: WakeWordDetector) -> None:
    detector.reset()
    [utterance] = utterances(listen(conversation("wake_jarvis", 5.0), detector, Vad(), SETTINGS, Requests()))
    assert utterance.ending is Ending.NO_SPEECH
    assert utterance.speech[0] == utterance.speech[1]


@pytest.mark.parametrize(
    ("name", "said"), [("hey_jarvis", "Hey Jarvis,"), ("alexa", "Alexa,"), ("computer_v2", "Computer,")]
)
def test_a_models_name_as_one_says_it(name: str, said: str) -> None:
    assert spoken(name) == said
