"""The wake word said again during a recording: it begins again, and what was said before costs no recognition.

Told as text as in `test_ear`: 'W' is a wake word, 'D' one in doubt; 80 ms each.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.listening.test_ear import ScriptDetector, ScriptVad, conversation, frame_of, frames, read
from voiced.audio.vad import Vad
from voiced.config import ListeningSettings
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE, Continuation, Detection, Ending, Utterance
from voiced.listening.ear import listen
from voiced.listening.events import Event, Listening, Pause, Waiting
from voiced.listening.requests import Requests
from voiced.wake.detector import WakeWord, WakeWordDetector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from voiced.flow import AudioFrame

SETTINGS = ListeningSettings()
WORD, DOUBTED = "s" * 8 + "W", "s" * 8 + "D"
FIRST = "." * 10 + WORD  # ends with frame 18
COMMAND = "." * 5 + "s" * 10 + "." * 12
NEVER = 10_000


class Suspicious(ScriptDetector):
    """Suspects a word in these frames."""

    def __init__(self, suspected: range) -> None:
        super().__init__()
        self._suspected, self._number = suspected, -1

    def detect(self, frame: AudioFrame) -> Detection | None:
        self._number += 1
        self.suspects = self._number in self._suspected
        return super().detect(frame)


def heard(
    script: str,
    *,
    verdict: int = 2,
    accepted: bool = True,
    asks: Mapping[int, Callable[[Requests], None]] | None = None,
    detector: ScriptDetector | None = None,
) -> list[Event]:
    """Events, where a verdict comes so many frames after each doubtful word, and nobody knows what follows a pause."""
    requests = Requests()
    due: dict[int, Detection] = {}
    at = 0

    def sound() -> Iterator[AudioFrame]:
        nonlocal at
        for at, frame in enumerate(frames(script)):
            if at in due:
                requests.judge(due.pop(at), accepted=accepted)
            if asks and at in asks:
                asks[at](requests)
            yield frame

    events: list[Event] = []
    for event in listen(sound(), detector or ScriptDetector(), ScriptVad(), SETTINGS, requests):
        if isinstance(event, Pause):
            requests.answer_pause(event.so_far, Continuation.UNKNOWN)
        if isinstance(event, Listening) and event.sound is not None and event.detection:
            due[at + verdict] = event.detection
        if not isinstance(event, Waiting):
            events.append(event)
    return events


def kinds(events: list[Event]) -> list[str]:
    return [event.ending.value if isinstance(event, Utterance) else type(event).__name__ for event in events]


def last(events: list[Event]) -> Utterance:
    assert isinstance(events[-1], Utterance)
    return events[-1]


@pytest.mark.parametrize("pause", [0, 1, 4, 12, 40])
@pytest.mark.parametrize("verdict", [1, 2, 5])
@pytest.mark.parametrize("again", [WORD, DOUBTED], ids=["certain", "doubtful"])
def test_alone_it_begins_the_recording_again(again: str, pause: int, verdict: int) -> None:
    """Nothing is asked and nothing is handed out of what came before."""
    before = FIRST + "." * pause + again
    events = heard(before + "." * 70, verdict=verdict)
    assert kinds(events) == ["Listening", "Listening", "no_speech"]
    assert last(events).detection == replace(last(events).detection, at=len(before) * FRAME_SAMPLES)  # type: ignore[type-var]


@pytest.mark.parametrize("pause", [0, 4, 12])
@pytest.mark.parametrize("again", [WORD, DOUBTED], ids=["certain", "doubtful"])
def test_a_command_behind_it_is_heard(again: str, pause: int) -> None:
    before = FIRST + "." * pause + again
    events = heard(before + COMMAND)
    assert kinds(events) == ["Listening", "Listening", "Pause", "silence"]
    assert frame_of(last(events).speech[0]) == pytest.approx(len(before) + 5, abs=0.4)
    assert last(events).prefix == ""


@pytest.mark.parametrize("again", [WORD, DOUBTED], ids=["certain", "doubtful"])
def test_in_one_breath_with_a_command_the_recording_goes_on_from_there(again: str) -> None:
    """Of the word before nothing is kept, though hardly a pause lies between them."""
    before = FIRST + ".." + again
    events = heard(before + "s" * 14 + "." * 12)
    assert kinds(events) == ["Listening", "Listening", "Pause", "silence"]
    assert last(events).prefix == "Hey Jarvis,"
    assert frame_of(last(events).start) >= len(FIRST) - 1.5


@pytest.mark.parametrize("again", [WORD, DOUBTED], ids=["certain", "doubtful"])
def test_three_times(again: str) -> None:
    events = heard(FIRST + "." * 5 + again + "." * 5 + again + COMMAND)
    assert kinds(events) == ["Listening"] * 3 + ["Pause", "silence"]


@pytest.mark.parametrize("again", [WORD, DOUBTED], ids=["certain", "doubtful"])
def test_in_a_recording_that_was_asked_for(again: str) -> None:
    events = heard("." * 30 + again + COMMAND, asks={20: Requests.listen_now})
    assert kinds(events) == ["Listening", "Listening", "Pause", "silence"]
    assert last(events).detection is not None


def test_a_word_that_is_refused_was_a_part_of_the_command() -> None:
    """Its recording is the first one; it is handed out when the verdict has come."""
    for verdict in (2, 14, 20):
        events = heard(FIRST + "." * 4 + DOUBTED + "." * 40, verdict=verdict, accepted=False)
        assert kinds(events) == ["Listening", "Listening", *["Pause"] * (verdict < 14), "silence"]
        assert last(events).detection == Detection("hey_jarvis", 0.9, len(FIRST) * FRAME_SAMPLES)


@pytest.mark.parametrize("command", ["", "s" * 6, COMMAND], ids=["alone", "in one breath", "a command"])
def test_while_there_is_no_verdict_its_recording_is_not_handed_out(command: str) -> None:
    """Else it would be answered, and what begins with the word once more."""
    script = FIRST + "." * 4 + DOUBTED + command
    assert kinds(heard(script + "." * (45 - len(command)), verdict=NEVER)) == ["Listening", "Listening"]
    believed = heard(script + "." * 60, verdict=40)
    assert [event.detection for event in believed if isinstance(event, Utterance)] == [believed[1].detection]  # type: ignore[union-attr]


def test_a_word_that_is_too_old_to_begin_a_recording_holds_none_up() -> None:
    events = heard(FIRST + "." * 4 + DOUBTED + COMMAND + "." * 40, verdict=NEVER)
    assert kinds(events) == ["Listening", "Listening", "silence"]


def test_an_answer_does_not_end_a_recording_in_doubt() -> None:
    """It was asked for before the detector was sure; what it says may be what was made of the wake word."""
    requests = Requests()
    for event in listen(frames(FIRST + "." * 4 + "s" * 8 + "..D.."), ScriptDetector(), ScriptVad(), SETTINGS, requests):
        if isinstance(event, Pause):
            asked = event.so_far
    assert not requests.answer_pause(asked, Continuation.COMPLETE)


def test_while_a_word_is_suspected_nothing_is_asked() -> None:
    script = FIRST + "." * 4 + "s" * 8 + "." * 12
    end = len(FIRST) + 12
    asked = [
        [event for event in heard(script, detector=Suspicious(suspected)) if isinstance(event, Pause)]
        for suspected in (range(0), range(end, end + 5))
    ]
    quiet = [len(pause.so_far.samples) - (pause.so_far.speech[1] - pause.so_far.start) for [pause] in asked]
    assert [frame_of(samples) for samples in quiet] == pytest.approx([2, 6], abs=0.5)


def test_the_word_before_bears_no_witness() -> None:
    """The second stage hears the last 2.2 s; a wake word that has begun a recording is silenced in them."""
    events = heard(FIRST + "." * 4 + DOUBTED + "." * 9)
    _, again = [event for event in events if isinstance(event, Listening)]
    assert again.sound is not None
    first_word = len(again.sound) - (len(DOUBTED) + 4) * FRAME_SAMPLES
    assert not again.sound[: first_word - 1_600].any()
    assert again.sound[-len(DOUBTED) * FRAME_SAMPLES :].all()


# -- the real parts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("verified", [False, True])
@pytest.mark.parametrize("pause", [0.3, 0.6, 1.2])
def test_real_words(pause: float, *, verified: bool) -> None:
    """Within the refractory time, and of another of the house's words."""
    words = [WakeWord(name, 0.1 if verified else 0.5, verified=verified) for name in ("hey_jarvis", "alexa")]
    for again in ("wake_jarvis", "wake_alexa"):
        events: list[Event] = []
        requests = Requests()
        sound = conversation("wake_jarvis", pause, again, 0.5, "command_lights")
        for event in listen(sound, WakeWordDetector(words), Vad(), SETTINGS, requests):
            if isinstance(event, Listening) and event.sound is not None and event.detection:
                echo = len(events) > 1  # of the word that was said again: the second stage refuses it
                requests.judge(event.detection, accepted=not echo)
                if echo:
                    continue
            if isinstance(event, Pause):
                requests.answer_pause(event.so_far, Continuation.UNKNOWN)
            if not isinstance(event, Waiting | Pause):
                events.append(event)
        assert kinds(events)[:2] == ["Listening", "Listening"]
        utterance = last(events)
        assert (utterance.ending, utterance.prefix) == (Ending.SILENCE, "")
        assert utterance.detection
        assert utterance.detection.wake_word == {"wake_jarvis": "hey_jarvis", "wake_alexa": "alexa"}[again]
        begin = round((1.5 + pause) * SAMPLE_RATE) + len(read("wake_jarvis")) + len(read(again))
        assert abs(utterance.speech[0] - begin) < 0.15 * SAMPLE_RATE
        assert np.abs(utterance.samples).max() > 0.05
