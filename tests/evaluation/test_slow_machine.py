"""A slower machine, simulated: when an answer is known, told by a clock and a recogniser that are written down here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from tests.benchmarks.slow_machine import SlowMachine
from voiced.config import ListeningSettings
from voiced.flow import SAMPLE_RATE, Continuation, Ending, Transcript, Utterance
from voiced.recognition.budget import UNHURRIED, Budget
from voiced.recognition.end_of_turn import SoFar

SAID = Utterance(
    np.zeros(3 * SAMPLE_RATE, np.float32), 0, (SAMPLE_RATE // 2, 2 * SAMPLE_RATE + SAMPLE_RATE // 5), Ending.SILENCE
)
ANSWER = Transcript("turn on the lights", None, None, 0.9, -0.1)


@dataclass
class Slow:
    """Takes some time for whatever it does, and notes how old the speech was before and after."""

    continuation: Continuation
    takes: float  # seconds
    now: float = 0.0
    ages: list[float] = field(default_factory=list)
    knows: bool = True  # at the pause

    def answer(self, utterance: Utterance) -> tuple[Transcript, float]:
        return SlowMachine(self, lambda: self.now, ListeningSettings()).answer(utterance)

    def recognize(self, utterance: Utterance, so_far: SoFar | None = None, budget: Budget = UNHURRIED) -> Transcript:
        del utterance, so_far
        self._work(budget)
        return ANSWER

    def recognize_so_far(self, utterance: Utterance, budget: Budget = UNHURRIED) -> SoFar:
        self._work(budget)
        heard = utterance if self.knows else replace(utterance, speech=(0, 1))
        return SoFar(heard, ANSWER, self.continuation)

    def _work(self, budget: Budget) -> None:
        self.ages.append(budget.age())
        self.now += self.takes
        self.ages.append(budget.age())


@pytest.mark.parametrize(
    ("takes", "continuation", "after"),
    [
        (0.1, Continuation.COMPLETE, 0.12 + 0.1),  # known at the pause, and over
        (0.1, Continuation.CONCLUDED, 0.25),  # waits for the silence that ends such a command
        (0.1, Continuation.EXTENDABLE, 0.65),
        (0.1, Continuation.UNFINISHED, 1.2),
        (0.1, Continuation.UNKNOWN, 0.8),
        (0.5, Continuation.EXTENDABLE, 0.65),
        (0.6, Continuation.EXTENDABLE, 0.12 + 0.6),  # the answer comes later than that
        (3.0, Continuation.COMPLETE, 0.12 + 3.0),  # the ordinary silence was over before
    ],
)
def test_what_was_known_at_the_pause_is_the_answer(takes: float, continuation: Continuation, after: float) -> None:
    slow = Slow(continuation, takes)
    transcript, seconds = slow.answer(SAID)
    assert transcript is ANSWER
    assert seconds == pytest.approx(after)
    assert slow.ages == pytest.approx([0.12, 0.12 + takes])


@pytest.mark.parametrize(("takes", "begins"), [(0.1, 0.8), (3.0, 0.12 + 3.0)])
def test_what_was_not_known_is_recognised_when_the_recording_is_over(takes: float, begins: float) -> None:
    slow = Slow(Continuation.UNKNOWN, takes, knows=False)
    _, seconds = slow.answer(SAID)
    assert seconds == pytest.approx(begins + takes)
    assert slow.ages[2:] == pytest.approx([begins, begins + takes])


def test_the_ear_asks_later_where_answers_take_long() -> None:
    slow = Slow(Continuation.COMPLETE, 1.0)
    machine = SlowMachine(slow, lambda: slow.now, ListeningSettings())
    assert [machine.answer(SAID)[1] for _ in range(2)] == pytest.approx([0.12 + 1.0, 0.5 + 1.0])


def test_a_command_that_was_cut_is_recognised_at_once() -> None:
    cut = Utterance(SAID.samples, 0, (0, len(SAID.samples)), Ending.TOO_LONG)
    _, seconds = Slow(Continuation.COMPLETE, 1.0).answer(cut)
    assert seconds == pytest.approx(1.0)
