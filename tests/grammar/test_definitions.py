"""Ranges: which numbers may be said, and what they mean; and ranges that are written in a reference."""

from __future__ import annotations

import pytest

from voiced.grammar.definitions import NumberRange, Scope, TextList


@pytest.mark.parametrize(
    ("numbers", "said", "meant"),
    [
        (NumberRange(0, 10, 5), [0, 5, 10], [0, 5, 10]),
        (NumberRange(-1, 1), [-1, 0, 1], [-1, 0, 1]),
        (NumberRange(1, 2, multiplier=60), [1, 2], [60, 120]),
        (NumberRange(1, 2, fractions=(0.5,)), [1, 1.5, 2, 2.5], [1.0, 1.5, 2.0, 2.5]),
        (NumberRange(1, 3, multiplier=0.5), [1, 2, 3], [0.5, 1, 1.5]),
        # Not 127.49999999999999 and 254.99999999999997.
        (NumberRange(50, 100, 50, multiplier=2.55), [50, 100], [127.5, 255]),
    ],
)
def test_what_is_said_and_meant(numbers: NumberRange, said: list[float], meant: list[float]) -> None:
    assert list(numbers.numbers()) == said
    assert [numbers.value(number) for number in numbers.numbers()] == meant


def test_whole_numbers_stay_whole() -> None:
    assert isinstance(NumberRange(1, 2, multiplier=60).value(1), int)
    assert isinstance(NumberRange(1, 2, fractions=(0.5,)).value(1), float)


def test_a_name_may_be_a_range() -> None:
    known = TextList(())
    scope = Scope({"room": known, "1..2": known}, {}, "de")
    assert scope.list_named("room") is known
    assert scope.list_named("1..2") is known
    assert scope.list_named("-5..100,5") == NumberRange(-5, 100, 5, language="de")
    assert scope.list_named("planet") is None
