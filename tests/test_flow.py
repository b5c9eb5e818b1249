"""The values that flow: what is worked out of their fields, and that nobody can change them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from voiced.flow import (
    FRAME_SAMPLES,
    AudioFrame,
    Detection,
    Ending,
    Match,
    Outcome,
    Reason,
    Timings,
    Transcript,
    Utterance,
)

MATCH = Match("LightSet", {"state": "on"}, "turn on the light", {"state": (5, 7)})
UNDERSTOOD = Outcome("1", Transcript(MATCH.text, MATCH, None, confidence=0.9, avg_logprob=-0.1))


def test_a_frame_ends_where_the_next_begins() -> None:
    assert AudioFrame(FRAME_SAMPLES, np.zeros(FRAME_SAMPLES, np.float32)).end == 2 * FRAME_SAMPLES


def test_an_utterance_knows_how_long_it_is_and_an_outcome_its_wake_word() -> None:
    detection = Detection("alexa", 0.9, 16_000)
    utterance = Utterance(np.zeros(8_000, np.float32), 0, (0, 8_000), Ending.SILENCE, detection)
    assert utterance.seconds == 0.5
    assert replace(UNDERSTOOD, utterance=utterance).detection == detection
    assert UNDERSTOOD.detection is None


def test_what_was_understood() -> None:
    assert (UNDERSTOOD.accepted, UNDERSTOOD.intent, UNDERSTOOD.slots) == (True, "LightSet", {"state": "on"})
    assert (UNDERSTOOD.text, UNDERSTOOD.confidence, UNDERSTOOD.reason) == ("turn on the light", 0.9, None)


@pytest.mark.parametrize("match", [MATCH, None])
def test_what_was_rejected_has_neither_intent_nor_slots(match: Match | None) -> None:
    transcript = Transcript(MATCH.text, match, Reason.LOW_CONFIDENCE, confidence=0.2, avg_logprob=-0.1)
    outcome = Outcome("1", transcript)
    assert (outcome.accepted, outcome.intent, outcome.slots) == (False, None, {})
    assert outcome.reason is Reason.LOW_CONFIDENCE


def test_timings_add_up() -> None:
    assert (Timings(1.0, 2.0) + Timings(0.5, 0.25)).total == 3.75


def test_nobody_changes_an_outcome() -> None:
    with pytest.raises(FrozenInstanceError):
        UNDERSTOOD.id = "2"  # type: ignore[misc] # wrong on purpose
