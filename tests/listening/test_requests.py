"""The mailbox: whatever thread a request comes from, and whenever, it is neither lost nor heeded twice."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from voiced.flow import Continuation, Ending, Utterance
from voiced.listening import requests as requests_of
from voiced.listening.protocol import ProtocolError, Question
from voiced.listening.protocol_events import Ask, Begin, Rest
from voiced.listening.requests import Requests

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

SO_FAR = Utterance(np.zeros(9, np.float32), 0, (0, 9), Ending.SILENCE)
SOON = 0.02  # seconds; who waits for the lock waits longer
FEW = 200  # steps of a function, at most


def asked(*ended_by: Continuation) -> Requests:
    """A question is open, and the ear sleeps."""
    requests = Requests()
    for event in (Begin(), Ask(9, 20), Rest(frozenset(ended_by))):
        requests.tell(event)
    return requests


def interrupted(work: Callable[[], object], step: int, by: Callable[[], object]) -> bool:
    """Do the work; before this step of it (an instruction of Python) another thread does its own. Is there such a step?

    Who waits for a lock that the work holds goes on after the work.
    """
    other, steps = threading.Thread(target=by), 0

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal steps
        if frame.f_code.co_filename != requests_of.__file__:
            return None  # what is called from there works on values of its own
        frame.f_trace_opcodes = True
        if event == "opcode":
            if steps == step:
                other.start()
                other.join(SOON)
            steps += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    if steps <= step:
        return False
    other.join()
    return True


def each_step(trial: Callable[[int], bool]) -> None:
    """Try the interruption at one step after the other, until there is none."""
    assert any(not trial(step) for step in range(FEW))


def test_a_request_to_listen_is_never_lost() -> None:
    def trial(step: int) -> bool:
        requests, heeded = Requests(), list[bool]()
        more = interrupted(lambda: heeded.append(requests.next_frame().listen), step, requests.listen_now)
        heeded.append(requests.next_frame().listen)
        assert heeded.count(True) == more
        return more

    each_step(trial)


def test_mute_is_never_lost() -> None:
    def trial(step: int) -> bool:
        requests, seen = Requests(), list[bool]()
        more = interrupted(lambda: seen.append(requests.next_frame().muted), step, lambda: requests.mute(muted=True))
        seen.append(requests.next_frame().muted)
        assert seen[-1] == more
        return more

    each_step(trial)


def test_either_the_answer_ends_the_recording_or_the_ear_learns_of_it() -> None:
    """The next frame comes while the answer is being given."""

    def trial(step: int) -> bool:
        requests, over = asked(Continuation.COMPLETE), list[bool]()
        more = interrupted(
            requests.next_frame, step, lambda: over.append(requests.answer_pause(SO_FAR, Continuation.COMPLETE))
        )
        if more:
            told = requests.now.question
            assert told is {True: Question.NONE, False: Question.ANSWERED}[over[0]] or told is Question.OVER
        return more

    each_step(trial)


@pytest.mark.parametrize("continuation", list(Continuation))
def test_only_what_the_ear_has_said_ends_a_recording(continuation: Continuation) -> None:
    assert asked(Continuation.COMPLETE, Continuation.CONCLUDED).answer_pause(SO_FAR, continuation) is (
        continuation in {Continuation.COMPLETE, Continuation.CONCLUDED}
    )


def test_what_is_illegal_changes_nothing() -> None:
    requests = asked(Continuation.COMPLETE)
    before = requests.now
    with pytest.raises(ProtocolError):
        requests.tell(Begin())
    assert requests.now is before
    assert requests.answer_pause(SO_FAR, Continuation.COMPLETE)
    with pytest.raises(ProtocolError):
        requests.answer_pause(SO_FAR, Continuation.COMPLETE)
