"""Real classes that stand in for the outside world; each is the simplest thing that keeps its protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.acting.actions import messages
from voiced.flow import Continuation
from voiced.recognition.budget import Budget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.flow import Action, Detection, Opinion, Outcome, Program, State, Utterance


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self, now: float = 1_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


def always(age: float) -> Budget:
    """A budget in which everything is of one age, in seconds, and nobody waits."""
    return Budget(lambda: age)


class Notes:
    """A publisher that writes down what it is told, in short."""

    def __init__(self, *, ends_at_once: bool = False) -> None:
        """`ends_at_once`: the ear, which is told what may follow, takes it for the end if nothing may."""
        self.told: list[object] = []
        self.acted: list[Action] = []
        self.ends_at_once = ends_at_once

    def state(self, state: State) -> None:
        self.told.append(state)

    def muted(self, *, muted: bool) -> None:
        self.told.append(("muted", muted))

    def microphone(self, *, there: bool) -> None:
        self.told.append(("microphone", there))

    def wake(self, detection: Detection) -> None:
        self.told.append(detection)

    def judge(self, detection: Detection, *, accepted: bool) -> None:
        self.told.append(("verdict", detection.wake_word, accepted))

    def wake_rejected(self, detection: Detection, opinion: Opinion) -> None:
        self.told.append(("rejected", detection.wake_word, opinion.evidence))

    def outcome(self, outcome: Outcome) -> None:
        transcript = outcome.transcript
        latency = outcome.delays and outcome.delays.published
        word = outcome.detection.wake_word if outcome.detection else None
        if transcript.match is None or transcript.reason:
            self.told.append((None, transcript.reason, word, latency))
        else:
            self.told.append((transcript.match.intent, dict(transcript.match.slots), word, latency))

    def answer_pause(self, so_far: Utterance, continuation: Continuation) -> bool:
        self.told.append((so_far.speech, continuation))
        return self.ends_at_once and continuation is Continuation.COMPLETE

    def woken(self, _detection: Detection | None) -> None:
        self.told.append("woken")

    def answered(self, outcome: Outcome) -> None:
        """Heard by nobody: `outcome` was told already."""

    def act(self, actions: Sequence[Action | Program]) -> None:
        for action in messages(actions):
            self.acted.append(action)
            self.told.append((action.topic, action.payload))
