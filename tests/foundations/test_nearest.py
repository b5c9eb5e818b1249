"""Suggestions for misspelt names: the most similar one, or none rather than a silly one."""

from __future__ import annotations

import pytest

from voiced.foundations.nearest import did_you_mean


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("treshold", "; did you mean 'threshold'?"),
        ("chekc", "; did you mean 'check'?"),
        ("--intnets", "; did you mean '--intents'?"),
        ("banana", ""),
        ("", ""),
    ],
)
def test_the_most_similar_name(given: str, told: str) -> None:
    assert did_you_mean(given, ["threshold", "check", "--intents"]) == told
