"""The numbers that are weighed, and their means over several views."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voiced.recognition.evidence import Evidence, FreeEvidence, features, mean

SAID = Evidence(words=-0.1, outside=-0.01, margin=2.0, ends=-0.02, unexplained=0.5, no_speech=0.01)


def test_views_are_averaged_number_by_number() -> None:
    views = [replace(SAID, words=-0.2), replace(SAID, words=-0.4, free=FreeEvidence(lead=1.0))]
    assert mean(views).words == pytest.approx(-0.3)
    assert mean(views).views == 2
    assert mean(views).free == FreeEvidence(lead=1.0)


def test_features_have_names() -> None:
    """What counts by a threshold of its own is not weighed; free text adds two numbers."""
    first = {"words": -0.1, "margin": 2.0, "ends": -0.02}
    assert features(SAID) == first
    free = FreeEvidence(lead=0.1, left_out=4)
    assert features(replace(SAID, free=free)) == {**first, "lead": 0.1}
