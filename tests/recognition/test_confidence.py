"""The decision what is no command, on made-up evidence: each reason, and what no confidence makes up for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voiced.flow import Reason
from voiced.recognition.confidence import (
    ENGLISH,
    MULTILINGUAL,
    OTHER_LANGUAGES,
    Weights,
    confidence,
    is_enough,
    rejection,
)
from voiced.recognition.evidence import Evidence, FreeEvidence

SAID = Evidence(
    words=-0.1, worst=-0.3, outside=-0.01, rival=-4.0, margin=2.0, ends=-0.01, unexplained=0.0, no_speech=0.01
)
FREELY = FreeEvidence(agreement=1.0, lead=0.0)
NOT_SAID = replace(SAID, words=-4.0, worst=-9.0, outside=-3.0, rival=-0.1)
every_model = pytest.mark.parametrize("weights", [ENGLISH, MULTILINGUAL, OTHER_LANGUAGES])


@every_model
def test_what_was_said_clearly_is_believed(weights: Weights) -> None:
    assert rejection(SAID, weights, 0.5) is None
    assert rejection(replace(SAID, free=FREELY), weights, 0.5) is None


@every_model
@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (NOT_SAID, Reason.LOW_CONFIDENCE),
        (replace(NOT_SAID, outside=-5.0), Reason.OUT_OF_GRAMMAR),
        (replace(NOT_SAID, no_speech=0.9), Reason.NO_SPEECH),
    ],
)
def test_why_not(weights: Weights, evidence: Evidence, reason: Reason) -> None:
    assert rejection(evidence, weights, 0.5) is reason


@every_model
def test_two_meanings_that_are_close_are_never_decided(weights: Weights) -> None:
    """However sure the rest, and whatever the user has set: on and off may be the two."""
    for free in (None, FREELY):
        close = replace(SAID, margin=0.01, free=free)
        assert confidence(close, weights) > 0.5
        assert rejection(close, weights, 0.0) is Reason.AMBIGUOUS


@every_model
def test_one_pass_is_enough_if_it_is_sure_and_nothing_else_is_near(weights: Weights) -> None:
    assert is_enough(SAID, weights, 0.5)
    assert not is_enough(SAID, weights, 0.999)
    assert not is_enough(NOT_SAID, weights, 0.5)
    assert not is_enough(replace(SAID, margin=0.08), weights, 0.5)
    assert rejection(replace(SAID, margin=0.08, free=FREELY), weights, 0.5) is None


@every_model
def test_a_second_of_speech_that_no_word_accounts_for_is_too_much(weights: Weights) -> None:
    assert rejection(replace(SAID, unexplained=1.0), weights, 0.5) is Reason.LOW_CONFIDENCE


@every_model
def test_other_words_freely_written_speak_against_a_hypothesis(weights: Weights) -> None:
    alike, other = (replace(SAID, free=free) for free in (FREELY, FreeEvidence(agreement=0.3, lead=1.5)))
    assert confidence(other, weights) < confidence(alike, weights)


@every_model
def test_words_that_only_the_hypothesis_or_only_the_free_text_has(weights: Weights) -> None:
    """The "oat" of "coffee with oat milk" is left out; "milk" is made up, after "coffee with a lot of"."""
    none, small, left_out, made_up = (
        confidence(replace(SAID, free=replace(FREELY, **words)), weights)
        for words in ({}, {"left_out": 2, "made_up": 2}, {"left_out": 3}, {"made_up": 4})
    )
    assert none == small
    assert left_out < made_up < none
    implied = confidence(replace(SAID, free=replace(FREELY, implied=1)), weights)
    assert implied > none
    read_so_so = replace(SAID, words=-0.8, worst=-2.5, outside=-2.0, rival=-1.0, margin=0.3)
    assert rejection(replace(read_so_so, free=FreeEvidence(0.9, 0.3)), weights, 0.5) is None
    assert (
        rejection(replace(read_so_so, free=FreeEvidence(0.9, 0.3, left_out=3)), weights, 0.5) is Reason.LOW_CONFIDENCE
    )


def test_weights_are_tied_to_features_by_name() -> None:
    """Neither the order of the features nor that of the weights matters; one more or less is an error."""
    turned = Weights(dict(reversed([*ENGLISH.first.items()])), ENGLISH.further)
    assert confidence(SAID, turned) == confidence(SAID, ENGLISH)
    lacking = Weights({name: weight for name, weight in ENGLISH.first.items() if name != "worst"}, ENGLISH.further)
    with pytest.raises(ValueError, match="do not agree on: worst"):
        confidence(SAID, lacking)
