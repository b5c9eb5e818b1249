"""The link between samples and the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.fakes import Clock
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Ending, Utterance
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
