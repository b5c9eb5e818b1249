"""The edit distance of sequences, and its bound."""

from __future__ import annotations

import pytest

from voiced.foundations.edit_distance import edit_distance


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("", "", 0), ("abc", "abc", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("light", "lights", 1), ("ab", "ba", 2)],
)
def test_distance(one: str, other: str, distance: int) -> None:
    assert edit_distance(one, other, 5) == edit_distance(other, one, 5) == distance
    assert edit_distance(list(one), list(other), 5) == distance


def test_beyond_the_bound_it_is_not_counted() -> None:
    assert edit_distance("kitten", "sitting", 2) == 3
    assert edit_distance("a" * 10, "b" * 10, 2) == 3
    assert edit_distance("a", "a" * 10, 2) == 3
