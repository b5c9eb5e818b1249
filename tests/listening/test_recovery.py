"""An ear that fails is replaced; a source that fails is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.fakes import Clock
from voiced.errors import AudioError
from voiced.flow import FRAME_SAMPLES, AudioFrame, Continuation, Ending, Utterance
from voiced.listening.events import Event, Listening
from voiced.listening.protocol_events import Ask, Begin, Rest
from voiced.listening.recovery import recovering
from voiced.listening.requests import Requests
from voiced.listening.tuning import FORGIVEN_ERRORS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def frames(n_frames: int) -> Iterator[AudioFrame]:
    for number in range(n_frames):
        yield AudioFrame(number * FRAME_SAMPLES, np.zeros(FRAME_SAMPLES, np.float32))


def failing_at(*numbers: int) -> Callable[[Iterator[AudioFrame]], Iterator[Event]]:
    """An ear that tells of each frame, and fails at some."""

    def ear(heard: Iterator[AudioFrame]) -> Iterator[Event]:
        for frame in heard:
            if frame.start // FRAME_SAMPLES in numbers:
                raise IndexError(frame.start)
            yield Listening(None)

    return ear


def nothing() -> None:
    """There is nothing to forget."""


def test_an_error_costs_one_frame(caplog: pytest.LogCaptureFixture) -> None:
    forgotten: list[bool] = []
    events = list(recovering(frames(10), failing_at(3, 6), Requests(), lambda: forgotten.append(True)))
    assert events == [Listening(None)] * 8
    assert len(forgotten) == 2
    assert caplog.text.count("an internal error ended a recording; listening goes on") == 2


def test_a_recording_that_was_broken_off_is_answered_and_mute_stays() -> None:
    requests = Requests()
    requests.tell(Begin())
    requests.mute(muted=True)
    *_, ended, _ = recovering(frames(4), failing_at(2), requests, nothing)
    assert isinstance(ended, Utterance)
    assert (ended.ending, ended.start) == (Ending.NO_SPEECH, 3 * FRAME_SAMPLES)
    assert requests.now.muted


def test_an_answer_to_what_was_asked_before_is_of_no_concern() -> None:
    requests = Requests()
    for event in (Begin(), Ask(9, 20), Rest()):
        requests.tell(event)
    list(recovering(frames(4), failing_at(2), requests, nothing))
    so_far = Utterance(np.zeros(9, np.float32), 0, (0, 9), Ending.SILENCE)
    assert not requests.answer_pause(so_far, Continuation.COMPLETE)


def test_where_each_frame_fails_the_process_ends() -> None:
    with pytest.raises(IndexError):
        list(recovering(frames(99), failing_at(*range(99)), Requests(), nothing))


def test_errors_of_now_and_then_are_forgiven() -> None:
    clock, many = Clock(), range(0, 99, 2)
    assert len(many) > FORGIVEN_ERRORS

    def forget() -> None:
        clock.advance(300)

    events = list(recovering(frames(99), failing_at(*many), Requests(), forget, clock))
    assert len(events) == 99 - len(many)


@pytest.mark.parametrize("error", [AudioError("the microphone hangs"), IndexError("a bug")])
def test_what_the_source_raises_is_no_error_of_the_ear(error: Exception) -> None:
    def source() -> Iterator[AudioFrame]:
        yield from frames(2)
        raise error

    with pytest.raises(type(error)):
        list(recovering(source(), failing_at(), Requests(), nothing))
