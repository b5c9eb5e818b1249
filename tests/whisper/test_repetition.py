"""Texts that repeat themselves, and texts that only seem to. Words alone: no model is loaded."""

from __future__ import annotations

import pytest

from voiced.whisper.repetition import compression_ratio, is_repetitive, says_again


def test_compression_ratio() -> None:
    assert compression_ratio("so " * 100) > 10
    assert compression_ratio("The kitchen lights are off.") < 1


@pytest.mark.parametrize(
    ("text", "repeats"),
    [
        ("Put oat milk on the shopping list, and butter, and bread.", False),
        ("so " * 100, True),
        ("", False),
    ],
)
def test_a_finished_text_is_judged_by_how_well_it_compresses(text: str, *, repeats: bool) -> None:
    assert is_repetitive(text) is repeats


@pytest.mark.parametrize(
    ("text", "whole", "expected"),
    [
        ("no no", True, False),
        ("no no no", True, True),
        ("no no no", False, False),  # it may become "nobody"
        ("oat milk and oat milk", True, False),
        ("buy milk and bread buy milk and bread", True, True),
        ("buy milk and bread buy milk and bread", False, False),
    ],
)
def test_a_text_that_says_something_again(text: str, *, whole: bool, expected: bool) -> None:
    assert says_again(text, whole=whole) is expected
