"""The harness finds what it is for; and the first inputs of every target, among them what was found before, do no harm.

The long one is by hand: `python -m tests.fuzz`.
"""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tests.fuzz import harness
from tests.fuzz.harness import TARGETS, numbered, try_one

if TYPE_CHECKING:
    from tests.fuzz.harness import Target

INPUTS = {"walks": 9, "weights": 30, "matcher": 10, "sound": 20, "intents": 30, "templates": 30, "npz": 40}


@pytest.mark.parametrize("name", TARGETS)
def test_the_first_inputs(name: str) -> None:
    """Each raises if its target lets anything but our own errors through."""
    logging.disable(logging.WARNING)
    target = TARGETS[name]()
    try:
        for number in range(max(len(target.seeds()), INPUTS.get(name, 100))):
            try_one(name, numbered(name, number), target)
    finally:
        logging.disable(logging.NOTSET)


def test_an_input_is_known_by_its_number() -> None:
    assert numbered("config", 4711) == numbered("config", 4711)
    assert len({numbered("config", number) for number in range(100, 200)}) > 90


def _broken(data: bytes) -> None:
    raise RuntimeError(f"two\nlines {len(data)}")


def test_what_must_not_happen_is_told_in_one_line() -> None:
    target: Target = SimpleNamespace(seeds=lambda: [b"a"], target=_broken)
    fault = try_one("config", b"abc", target, catch=True)
    assert fault is not None
    assert fault[0] == "tracebacks"
    assert fault[1].startswith("RuntimeError: two lines 3 (test_fuzz.py:")


def test_a_process_that_does_not_start_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(harness.hunt("actions", range(30))) == []
    monkeypatch.setattr(harness, "sys", SimpleNamespace(executable="/bin/false"))
    faults = list(harness.hunt("actions", range(2)))
    assert [fault.what for fault in faults] == ["the process does not start, and ended with 1"]
