"""Weighing of named features."""

from __future__ import annotations

import pytest

from voiced.recognition.weighing import weighed_log_odds


def test_features_are_weighed_by_name() -> None:
    assert weighed_log_odds({"a": 2.0, "b": 1.0}, {"b": 10.0, "bias": 0.5, "a": 3.0}) == pytest.approx(16.5)


@pytest.mark.parametrize("features", [{"a": 2.0}, {"a": 2.0, "b": 1.0, "c": 0.0}])
def test_a_name_on_one_side_only_is_an_error(features: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="do not agree on: "):
        weighed_log_odds(features, {"a": 3.0, "b": 10.0, "bias": 0.5})
