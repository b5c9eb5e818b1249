"""Which of several hypotheses is the best: the likeliest, if it does not leave out what another one explains."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from voiced.flow import Match
from voiced.recognition.beam_search import Path, Written
from voiced.recognition.hypotheses import ScoredHypothesis, best_of, within_reach
from voiced.recognition.tuning import FREE_LETTER_NATS, ILM_WEIGHT, MARGIN_CAP, NEAR_NATS

if TYPE_CHECKING:
    from collections.abc import Mapping


def hypotheses(avg_logprobs: Mapping[str, float]) -> list[ScoredHypothesis]:
    return [
        ScoredHypothesis(Match("Order", {}, text, {}), [Path((Written(0, 0, avg_logprob, is_word=True),), text)])
        for text, avg_logprob in avg_logprobs.items()
    ]


@pytest.mark.parametrize(
    ("left_out", "best", "margin", "asked"),
    [
        ([0.0, 0.0, 0.0], "coffee", 0.1, 1),  # the others cannot be better: they need not be asked
        ([0.05, 0.0, 0.0], "coffee", 0.05, 1),
        ([0.4, 0.0, 0.0], "coffee with milk", 0.3, 2),
        ([0.4, 0.4, 0.0], "coffee", 0.1, 2),
        ([3, 3, 0.0], "milk", 1.1, 3),
    ],
)
def test_nothing_that_was_said_is_left_out(left_out: list[float], best: str, margin: float, asked: int) -> None:
    found = hypotheses({"coffee": -0.5, "coffee with milk": -0.6, "milk": -2.4})
    seconds = dict(zip((each.match.text for each in found), left_out, strict=True))
    questions: list[str] = []

    def seconds_left_out(hypothesis: ScoredHypothesis) -> float:
        questions.append(hypothesis.match.text)
        return seconds[hypothesis.match.text]

    chosen, others, how_much = best_of(found, seconds_left_out)
    assert chosen.match.text == best
    assert [other for other in found if other is not chosen] == others
    assert how_much == pytest.approx(margin)
    assert len(questions) == asked


def test_what_is_merely_expected_counts_for_less() -> None:
    usual, strange = hypotheses({"triple": -0.5, "double": -0.52})
    usual, strange = replace(usual, ilm=-1.0), replace(strange, ilm=-1.5)
    best, others, margin = best_of([strange, usual], lambda _: 0.0)
    assert (best, others) == (strange, [usual])
    assert margin == pytest.approx(0.5 * ILM_WEIGHT - 0.02)


def test_who_may_be_the_best() -> None:
    found = hypotheses({"coffee": -0.5, "latte": -0.45 - NEAR_NATS, "mocha": -0.55 - NEAR_NATS})
    assert within_reach(found) == found[:2]


def test_a_hypothesis_without_a_rival() -> None:
    [only] = hypotheses({"coffee": -0.5})
    assert best_of([only], lambda _: 2.0) == (only, [], MARGIN_CAP)


def test_other_words_in_a_wildcard_are_no_rival() -> None:
    def said(name: str, minutes: int) -> ScoredHypothesis:
        match = Match("Timer", {"name": name, "minutes": minutes}, name, {}, free=frozenset(["name"]))
        return ScoredHypothesis(match, [Path((Written(0, 0, -0.5, is_word=True),), name)])

    best, _, margin = best_of([said("pizza", 5), said("peter", 5)], lambda _: 0.0)
    assert (best.match.text, margin) == ("pizza", MARGIN_CAP)
    assert best_of([said("pizza", 5), said("pizza", 9)], lambda _: 0.0)[2] == 0.0


def test_letters_in_a_wildcard_cost_and_what_the_grammar_spells_out_does_not() -> None:
    def said(match: Match, avg_logprob: float) -> ScoredHypothesis:
        return ScoredHypothesis(match, [Path(4 * (Written(0, 0, avg_logprob, is_word=True),), match.text)])

    named = said(Match("Timer", {"name": "30 nekunds"}, "30 nekunds timer", {}, wild_letters=10), -0.5)
    known = said(Match("Timer", {"seconds": 30}, "30 seconds timer", {}), -0.6)
    assert named.score == pytest.approx(-0.5 - 10 * FREE_LETTER_NATS / 4)
    best, _, margin = best_of(sorted([named, known], key=lambda each: -each.score), lambda _: 0.0)
    assert best is known
    assert margin == pytest.approx(10 * FREE_LETTER_NATS / 4 - 0.1)
    assert within_reach([known, named]) == [known]


def test_letters_in_wildcards_cost_in_each_command() -> None:
    note = Match("Note", {"text": "a b c"}, "note a b c", {}, wild_letters=5)
    both = Match("On", {}, "on and note a b c", {}, then=(note,))
    [path] = [Path(6 * (Written(0, 0, -0.5, is_word=True),), both.text)]
    assert ScoredHypothesis(both, [path]).score == pytest.approx(-0.5 - 5 * FREE_LETTER_NATS / 6)
