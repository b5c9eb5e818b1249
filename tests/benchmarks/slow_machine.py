"""A slower machine, simulated: what takes seconds of processor time here takes a multiple of them there.

Answers an utterance as the daemon does: the pause after it is recognised while the silence is waited for that ends the
command, and the recording goes on meanwhile. Seconds are counted from the end of the speech. Pauses inside of a command
are not simulated; what they cost, the ear keeps small by asking later (`listening.ear`).
"""

from __future__ import annotations

from dataclasses import replace
from time import process_time
from typing import TYPE_CHECKING, Protocol, TypeVar

from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE, Continuation, Ending
from voiced.listening.tuning import PAUSE_SAMPLES
from voiced.recognition.budget import Budget

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiced.config import ListeningSettings
    from voiced.flow import Transcript, Utterance
    from voiced.recognition.end_of_turn import SoFar

T = TypeVar("T")

FRAME_SECONDS = FRAME_SAMPLES / SAMPLE_RATE
PAUSE_SECONDS = PAUSE_SAMPLES / SAMPLE_RATE  # of quiet after which the ear asks for the first time


class Recognizing(Protocol):
    """Recognises utterances, and what was said up to a pause."""

    def recognize(self, utterance: Utterance, so_far: SoFar | None = None, budget: Budget = ...) -> Transcript: ...
    def recognize_so_far(self, utterance: Utterance, budget: Budget = ...) -> SoFar: ...


def stretched(times: float) -> Callable[[], float]:
    """A clock of a machine so many times slower, in seconds: processor time, stretched."""
    return lambda: times * process_time()


class SlowMachine:
    """Answers utterances as the daemon would on a machine with another clock."""

    def __init__(self, recognizer: Recognizing, clock: Callable[[], float], listening: ListeningSettings) -> None:
        """`clock`: seconds on that machine; the recogniser's should be the same one."""
        self._recognizer = recognizer
        self._clock = clock
        self._listening = listening
        self._pause = PAUSE_SECONDS  # seconds of quiet after which the ear asks

    def budget(self, age: float) -> Budget:
        """The budget of a recognition that begins `age` seconds after the end of the speech."""
        began = self._clock()
        return Budget(age=lambda: age + self._clock() - began)

    def answer(self, utterance: Utterance) -> tuple[Transcript, float]:
        """Recognise an utterance; return also when that was done, in simulated seconds after the end of the speech."""
        # A command that goes on and on is cut: there is no pause, and nothing was known before.
        if utterance.ending is Ending.TOO_LONG:
            return self._timed(lambda: self._recognizer.recognize(utterance, budget=self.budget(0.0)))
        # The ear asks after a pause, which grows with the time that answers take (`listening.ear`).
        so_far, seconds = self._timed(
            lambda: self._recognizer.recognize_so_far(until(utterance, self._pause), self.budget(self._pause))
        )
        answered = self._pause + seconds
        latest = self._listening.silence - FRAME_SECONDS
        self._pause = max(PAUSE_SECONDS, min(seconds / 2, latest))
        # An answer that comes in time decides how long a silence ends the command; else that is the ordinary one.
        ended = self._listening.silence
        if answered < ended:
            ended = max(answered, self._silence(so_far.continuation))
        whole = until(utterance, ended)
        if so_far.continuation is Continuation.COMPLETE:
            whole = replace(whole, ending=Ending.COMPLETE)
        # What was found at the pause is the answer, or what the rest of the passes go on from.
        begins = max(ended, answered)
        settled = so_far.settled(whole)
        if settled:
            return settled, begins
        transcript, seconds = self._timed(lambda: self._recognizer.recognize(whole, so_far, self.budget(begins)))
        return transcript, begins + seconds

    def _timed(self, work: Callable[[], T]) -> tuple[T, float]:
        began = self._clock()
        done = work()
        return done, self._clock() - began

    def _silence(self, continuation: Continuation) -> float:
        """Seconds of silence that end a command with this continuation."""
        return {
            Continuation.COMPLETE: 0.0,
            Continuation.CONCLUDED: self._listening.silence_concluded,
            Continuation.EXTENDABLE: self._listening.silence_complete,
            Continuation.UNFINISHED: self._listening.silence_unfinished,
        }.get(continuation, self._listening.silence)


def until(utterance: Utterance, quiet: float) -> Utterance:
    """The utterance with only so many seconds of quiet behind its speech."""
    end = utterance.speech[1] - utterance.start + round(quiet * SAMPLE_RATE)
    return replace(utterance, samples=utterance.samples[:end])
