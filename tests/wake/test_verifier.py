"""The second look: the real model on synthetic speech."""

from __future__ import annotations

import numpy as np
import pytest

from tests.wake.speakers import said
from voiced.wake import tuning
from voiced.wake.verifier import HEARD_SAMPLES, Verifier, spellings
from voiced.whisper.loading.weights import load


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier(load("tiny.en"), "en")


@pytest.mark.parametrize(
    ("clip", "phrase", "was_said"),
    [
        ("wake_jarvis", "hey jarvis", True),
        ("wake_alexa", "alexa", True),
        ("wake_alexa", "hey jarvis", False),
        ("wake_jarvis", "alexa", False),
        ("no_command", "hey jarvis", False),
        ("no_command", "alexa", False),
    ],
)
def test_tells_what_was_said(verifier: Verifier, clip: str, phrase: str, *, was_said: bool) -> None:
    opinion = verifier.opinion(said(clip)[-HEARD_SAMPLES:], phrase, score=0.5)
    assert (opinion.evidence >= tuning.EVIDENCE_THRESHOLD) == was_said


def test_silence_and_noise_are_no_evidence(verifier: Verifier) -> None:
    for sound in (np.zeros(HEARD_SAMPLES, np.float32), np.random.default_rng(2).normal(scale=0.01, size=HEARD_SAMPLES)):
        assert abs(verifier.opinion(sound.astype(np.float32), "hey jarvis", score=0.5).evidence) < 0.25


def test_a_sure_first_look_counts_a_little(verifier: Verifier) -> None:
    evidence = [verifier.opinion(said("wake_alexa"), "alexa", score).evidence for score in (0.0, 0.1, 0.9, 1.0)]
    assert evidence == sorted(evidence)
    assert 0 < evidence[-1] - evidence[0] < 0.4


def test_spellings() -> None:
    assert spellings("alexa") == ["alexa", "Alexa"]
    assert spellings("hey jarvis") == ["hey jarvis", "Hey jarvis", "Hey Jarvis"]
