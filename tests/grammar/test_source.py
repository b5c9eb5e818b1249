"""What an intents file says: short values of lists, and the rules between keys."""

from __future__ import annotations

from typing import Any

import pytest

from voiced.grammar.source import IntentSource, ListSource, ListValue, NumberRange, list_value


@pytest.mark.parametrize(
    ("given", "long"),
    [
        ("kitchen", {"in": "kitchen", "out": "kitchen"}),
        ("big [one]", {"in": "big [one]"}),
        (5, {"in": "5", "out": 5}),
        (2.5, {"in": "2.5", "out": 2.5}),
        ({"in": "a", "out": 1}, {"in": "a", "out": 1}),
    ],
)
def test_short_values_are_written_out(given: object, long: dict[str, object]) -> None:
    assert list_value(given) == long


@pytest.mark.parametrize(("given", "written"), [(True, "true"), (False, "false"), (None, "empty")])
def test_words_that_yaml_takes_for_something_else(given: object, written: str) -> None:
    with pytest.raises(ValueError, match=f"the value is {written}; put it in quotes"):
        list_value(given)


@pytest.mark.parametrize(
    ("kind", "keys", "problem"),
    [
        (NumberRange, {"start": 5, "stop": 1}, "goes from 5 down to 1"),
        (NumberRange, {"start": 0, "stop": 10_000}, "more than 10,000 numbers"),
        (NumberRange, {"start": 0, "stop": 1, "digits": False, "words": False}, "leave one of them true"),
        (ListSource, {"values": ()}, "the list is empty"),
        (ListSource, {}, "keep one of them"),
        (ListSource, {"values": (ListValue("a"),), "wildcard": True}, "keep one of them"),
        (IntentSource, {}, "no sentences"),
    ],
)
def test_rules_between_keys(kind: Any, keys: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        kind(**keys)
