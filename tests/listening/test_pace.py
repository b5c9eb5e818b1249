"""The link between samples and the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.fakes import Clock
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Ending, Sentence, Utterance
from voiced.listening.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Iterator


class Notes:
    """Notes what happens, in order."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def feed(self) -> None:
        self.told.append("fed")

    def begin(self) -> None:
        self.told.append("first")


def frames(clock: Clock) -> Iterator[AudioFrame]:
    for number in range(3):
        clock.advance(0.08)
        yield AudioFrame(number * FRAME_SAMPLES, np.zeros(FRAME_SAMPLES, np.float32))


def spoken_until(last: int) -> Utterance:
    return Utterance(np.zeros(9, np.float32), 0, (0, last), Ending.SILENCE)


def test_each_frame_feeds_the_watchdog_and_the_first_is_told() -> None:
    clock, notes = Clock(), Notes()
    passed = list(Pace(frames(clock), notes, notes.begin, clock).frames())
    assert [frame.start for frame in passed] == [0, FRAME_SAMPLES, 2 * FRAME_SAMPLES]
    assert notes.told == ["first", "fed", "fed", "fed"]


def test_the_newest_frame_tells_when_speech_ended() -> None:
    clock, notes = Clock(), Notes()
    pace = Pace(frames(clock), notes, notes.begin, clock)
    list(pace.frames())  # the last one came just now, when it was spoken
    assert pace.since(spoken_until(3 * FRAME_SAMPLES)) == pytest.approx(0)
    clock.advance(0.5)
    assert pace.since(spoken_until(3 * FRAME_SAMPLES)) == pytest.approx(0.5)
    assert pace.since(spoken_until(3 * FRAME_SAMPLES - SAMPLE_RATE // 10)) == pytest.approx(0.6)


def heard_after(delays: list[float], clock: Clock) -> Pace:
    """A pace that has seen a frame for each delay, which came so many seconds after it was spoken."""
    began = clock.now

    def frames_() -> Iterator[AudioFrame]:
        for number, delay in enumerate(delays):
            clock.now = began + (number + 1) * 0.08 + delay
            yield AudioFrame(number * FRAME_SAMPLES, np.zeros(FRAME_SAMPLES, np.float32))

    pace = Pace(frames_(), Notes(), lambda: None, clock)
    list(pace.frames())
    return pace


def test_frames_that_come_late_make_speech_no_younger() -> None:
    """On a busy machine frames wait in the microphone's queue: a command that is 5 s old is 5 s old."""
    clock = Clock()
    pace = heard_after([0.1, 0.02, 0.3, *[5.0] * 150], clock)
    assert pace.since(spoken_until(153 * FRAME_SAMPLES)) == pytest.approx(5.0 - 0.02)


def test_what_came_long_ago_tells_nothing() -> None:
    """A sound server that was starved has lost 3 s of sound without a sign: samples are counted from there on."""
    clock = Clock()
    pace = heard_after([0.0] * 10 + [3.0] * 300, clock)
    assert pace.since(spoken_until(310 * FRAME_SAMPLES)) == pytest.approx(0.0)


def test_what_counts_is_when_the_sound_was_there() -> None:
    """The ear takes the frames of 30 s at once, a minute later: it was not given the processor."""
    clock = Clock()
    began = clock.now

    def frames_() -> Iterator[AudioFrame]:
        clock.now = began + 90.0
        for number in range(375):
            came = began + (number + 1) * 0.08
            yield AudioFrame(number * FRAME_SAMPLES, np.zeros(FRAME_SAMPLES, np.float32), "microphone", came)

    pace = Pace(frames_(), Notes(), lambda: None, clock)
    list(pace.frames())
    assert pace.since(spoken_until(375 * FRAME_SAMPLES)) == pytest.approx(60.0)


def test_a_sentence_has_an_age_too() -> None:
    clock = Clock()
    pace = heard_after([0.0], clock)
    arrived = clock.now
    clock.advance(2.5)
    assert pace.since(Sentence("good night", arrived)) == pytest.approx(2.5)
