"""A recognition is given up when something else waits: which pass, by whom, and what is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.recognition.spoken import utterance
from voiced.flow import Continuation, Reason
from voiced.recognition.budget import UNHURRIED, Budget, GivenUpError
from voiced.recognition.tongue import Tongue

if TYPE_CHECKING:
    from voiced.recognition.recognizer import Recognizer


def test_who_has_all_the_time_never_gives_up() -> None:
    UNHURRIED.go_on()  # raises nothing
    UNHURRIED.go_further()
    assert UNHURRIED.age() < 0


def test_the_first_pass_goes_on_while_something_else_only_waits() -> None:
    budget = Budget(awaited=lambda: True)
    budget.go_on()
    with pytest.raises(GivenUpError):
        budget.go_further()


def test_nothing_goes_on_for_nobody() -> None:
    for go_on in (Budget(overtaken=lambda: True).go_on, Budget(overtaken=lambda: True).go_further):
        with pytest.raises(GivenUpError):
            go_on()


@dataclass
class After:
    """True from the n-th question on."""

    n: int
    asked: int = 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.asked >= self.n


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_first_pass_is_given_up_for_who_starts_over_and_not_for_a_sentence(recognizer: Recognizer, n: int) -> None:
    said = utterance("command_lights")
    given_up = recognizer.recognize(said, budget=Budget(overtaken=After(n)))
    assert (given_up.reason, given_up.match) == (Reason.LOW_CONFIDENCE, None)
    assert recognizer.recognize(said, budget=Budget(awaited=After(n))).reason is None, "it was sure at once"


@pytest.mark.parametrize("n", [1, 2, 9])
def test_further_passes_are_given_up_for_a_sentence(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch, n: int
) -> None:
    monkeypatch.setattr(Tongue, "is_settled", lambda *_: False)
    waits = After(n)
    given_up = recognizer.recognize(utterance("command_lights"), budget=Budget(awaited=waits))
    assert given_up.reason is Reason.LOW_CONFIDENCE
    assert waits.asked == n, "nothing is done any more"


def test_at_a_pause_nobody_knows_what_follows_what_was_given_up(recognizer: Recognizer) -> None:
    so_far = recognizer.recognize_so_far(utterance("command_lights"), Budget(overtaken=lambda: True))
    assert so_far.continuation is Continuation.UNKNOWN
    assert so_far.transcript.reason is Reason.LOW_CONFIDENCE
