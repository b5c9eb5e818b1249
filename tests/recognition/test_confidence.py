"""The decision what is no command, on made-up evidence: each reason, and what no confidence makes up for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voiced.flow import Reason
from voiced.recognition.confidence import confidence, is_enough, rejection
from voiced.recognition.evidence import Evidence, FreeEvidence

SAID = Evidence(words=-0.1, outside=-0.01, margin=2.0, ends=-0.01, unexplained=0.0, no_speech=0.01)
FREELY = FreeEvidence(lead=0.0)
NOT_SAID = replace(SAID, words=-4.0, outside=-3.0)


def test_what_was_said_clearly_is_believed() -> None:
    assert rejection(SAID, 0.5) is None
    assert rejection(replace(SAID, free=FREELY), 0.5) is None


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        (NOT_SAID, Reason.LOW_CONFIDENCE),
        (replace(NOT_SAID, outside=-5.0), Reason.OUT_OF_GRAMMAR),
        (replace(NOT_SAID, no_speech=0.9), Reason.NO_SPEECH),
    ],
)
def test_why_not(evidence: Evidence, reason: Reason) -> None:
    assert rejection(evidence, 0.5) is reason


def test_two_meanings_that_are_close_are_never_decided() -> None:
    """However sure the rest, and whatever the user has set: on and off may be the two."""
    for free in (None, FREELY):
        close = replace(SAID, margin=0.01, free=free)
        assert confidence(close) > 0.5
        assert rejection(close, 0.0) is Reason.AMBIGUOUS


def test_one_pass_is_enough_if_it_is_sure_and_nothing_else_is_near() -> None:
    assert is_enough(SAID, 0.5)
    assert not is_enough(SAID, 0.999)
    assert not is_enough(NOT_SAID, 0.5)
    assert not is_enough(replace(SAID, margin=0.08), 0.5)
    assert rejection(replace(SAID, margin=0.08, free=FREELY), 0.5) is None


def test_a_second_of_speech_that_no_word_accounts_for_is_too_much() -> None:
    assert rejection(replace(SAID, unexplained=1.0), 0.5) is Reason.LOW_CONFIDENCE


def test_other_words_freely_written_speak_against_a_hypothesis() -> None:
    as_likely, likelier = (replace(SAID, free=free) for free in (FREELY, FreeEvidence(lead=1.5)))
    assert confidence(likelier) < confidence(as_likely)


def test_words_that_only_the_hypothesis_or_only_the_free_text_has() -> None:
    """The "oat" of "coffee with oat milk" is left out; "milk" is made up, after "coffee with a lot of"."""
    none, small, left_out, made_up = (
        confidence(replace(SAID, free=replace(FREELY, **words)))
        for words in ({}, {"left_out": 2, "made_up": 2}, {"left_out": 3}, {"made_up": 4})
    )
    assert none == small
    assert left_out < made_up < none
    implied = confidence(replace(SAID, free=replace(FREELY, implied=1)))
    assert implied > none
    read_so_so = replace(SAID, words=-0.8, outside=-2.0, margin=0.3)
    assert rejection(replace(read_so_so, free=FreeEvidence(0.3)), 0.5) is None
    assert rejection(replace(read_so_so, free=FreeEvidence(0.3, left_out=3)), 0.5) is Reason.LOW_CONFIDENCE
