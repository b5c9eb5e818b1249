"""What a reading leaves out or makes up, against what was heard without the grammar."""

from __future__ import annotations

import pytest

from voiced.agreement import agreement


@pytest.mark.parametrize(
    ("read", "heard", "left_out", "made_up"),
    [
        ("make me a coffee", "make me a coffee", 0, 0),
        ("make me a coffee with milk", "make me that coffee with oat milk", 3, 0),
        ("turn on the lights", "dont turn on the lights", 4, 0),
        ("turn on the lights", "turn on the lights and the radio", 8, 0),
        ("a coffee with a lot of milk", "a coffee with a lot of", 0, 4),
        ("a large coffee with a lot of milk", "a coffee with a lot", 0, 6),  # what is missing at its end
        ("a small latte", "two small latte", 0, 0),  # misheard
        ("a coffee with almond milk", "a coffee with a milk milk", 0, 0),
        ("a dark roast coffee", "a roast coffee", 0, 0),
        ("make me a coffee", "", 0, 13),
    ],
)
def test_words_that_only_one_of_them_has(read: str, heard: str, left_out: int, made_up: int) -> None:
    found = agreement(read, heard)
    assert (found.left_out, found.made_up) == (left_out, made_up)


def test_the_share_of_letters_that_are_alike() -> None:
    assert agreement("lights on", "lights on").alike == 1
    assert agreement("lights on", "lights off").alike == pytest.approx(16 / 19)
    assert agreement("lights on", "").alike == 0
