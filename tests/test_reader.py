"""Which of several readings is the best: the likeliest, if it does not leave out what another one explains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from voiced.confidence import LITTLE, MARGIN
from voiced.constrained import Path, Written
from voiced.flow import Match
from voiced.reader import Reading, best_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def readings(avg_logprobs: Mapping[str, float]) -> list[Reading]:
    return [
        Reading(Match("Order", {}, text, {}), [Path((Written(0, 0, avg_logprob, is_word=True),), text)])
        for text, avg_logprob in avg_logprobs.items()
    ]


@pytest.mark.parametrize(
    ("left_out", "best", "margin", "asked"),
    [
        ([0.0, 0.0, 0.0], "coffee", 0.1, 1),  # the others cannot be better: they need not be asked
        ([LITTLE, 0.0, 0.0], "coffee", 0.1, 1),
        ([LITTLE + 0.05, 0.0, 0.0], "coffee", 0.05, 1),
        ([LITTLE + 0.4, 0.0, 0.0], "coffee with milk", 0.3, 2),
        ([LITTLE + 0.4, LITTLE + 0.4, 0.0], "coffee", 0.1, 2),
        ([LITTLE + 3, LITTLE + 3, 0.0], "milk", 1.1, 3),
    ],
)
def test_nothing_that_was_said_is_left_out(left_out: list[float], best: str, margin: float, asked: int) -> None:
    found = readings({"coffee": -0.5, "coffee with milk": -0.6, "milk": -2.4})
    seconds = dict(zip((reading.match.text for reading in found), left_out, strict=True))
    questions: list[str] = []

    def unexplained(match: Match) -> float:
        questions.append(match.text)
        return seconds[match.text]

    chosen, others, how_much = best_of(found, unexplained)
    assert chosen.match.text == best
    assert [other for other in found if other is not chosen] == others
    assert how_much == pytest.approx(margin)
    assert len(questions) == asked


def test_a_reading_without_a_rival() -> None:
    [only] = readings({"coffee": -0.5})
    assert best_of([only], lambda _: 2.0) == (only, [], MARGIN)
