"""JSON that never changes is equal to the JSON it was made of, and can be a key."""

from __future__ import annotations

import copy
import json
import operator
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from voiced.foundations.frozen_json import FrozenDict, FrozenList, frozen

if TYPE_CHECKING:
    from collections.abc import Callable

VALUES: list[Any] = [[255, 0, 0], {"h": 0, "s": 100}, [], {}, [{"a": [1, None]}, "x"], {"a": {"b": [True, 1.5]}}]


@pytest.mark.parametrize("value", VALUES)
def test_it_is_what_it_was(value: Any) -> None:
    made = frozen(copy.deepcopy(value))
    assert made == value
    assert json.dumps(made) == json.dumps(value)
    assert {made: 1}[frozen(value)] == 1
    assert frozen(made) is made
    assert copy.deepcopy(made) is made
    assert type(pickle.loads(pickle.dumps(made))) is type(made)
    assert pickle.loads(pickle.dumps(made)) == made


@pytest.mark.parametrize("value", ["a", 1, 1.5, True, None])
def test_what_holds_nothing_is_as_it_is(value: Any) -> None:
    assert frozen(value) is value


@pytest.mark.parametrize(
    "change",
    [
        lambda held: held["a"].append(2),
        lambda held: held["a"].sort(),
        lambda held: operator.setitem(held["a"], 0, 2),
        lambda held: held["a"].__iadd__([2]),
        lambda held: operator.delitem(held["a"], 0),
        lambda held: operator.setitem(held, "a", 2),
        lambda held: held.__ior__({"b": 2}),
        lambda held: held.update(b=2),
        lambda held: held.pop("a"),
    ],
)
def test_it_cannot_be_changed(change: Callable[[Any], object]) -> None:
    held = frozen({"a": [1]})
    with pytest.raises(TypeError, match="never changes"):
        change(held)
    assert held == {"a": [1]}
    assert (type(held), type(held["a"])) == (FrozenDict, FrozenList)
