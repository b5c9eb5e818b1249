"""The harness finds what it is for; and the first inputs of every target, among them what was found before, do no harm.

The long one is by hand: `python -m tests.fuzz`.
"""

from __future__ import annotations

import gc
import logging
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tests.fuzz import __main__ as fuzz
from tests.fuzz import config, faulty, harness, intents
from tests.fuzz.harness import TARGETS, numbered, try_one
from voiced import grammar
from voiced.config import Config
from voiced.foundations.sections import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fuzz.harness import Fault, Target

INPUTS = {
    "walks": 9,
    "weights": 30,
    "matcher": 10,
    "sound": 20,
    "intents": 30,
    "templates": 30,
    "npz": 40,
    "wyoming": 12,
    "http": 30,
}


@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")  # of Starlette, for uploads that break off
@pytest.mark.parametrize("name", TARGETS)
def test_the_first_inputs(name: str) -> None:
    """Each raises, or is told of, if its target lets anything but our own errors through."""
    logging.disable(logging.WARNING)
    target = TARGETS[name]()
    try:
        for number in range(max(len(target.seeds()), INPUTS.get(name, 100))):
            assert try_one(name, numbered(name, number), target) is None, number
    finally:
        logging.disable(logging.NOTSET)
        getattr(target, "forget", bool)()
        gc.collect()  # here, and not in a test that takes such a warning for an error


def test_an_input_is_known_by_its_number() -> None:
    assert numbered("config", 4711) == numbered("config", 4711)
    assert len({numbered("config", number) for number in range(100, 200)}) > 90


@pytest.mark.parametrize(
    ("seeds", "read"),
    [
        (
            [seed for seed in config.seeds() if seed not in config.FOUND],
            lambda text: parse(text, "config.yaml", Config),
        ),
        ([seed for seed in intents.seeds() if seed not in intents.FOUND], grammar.parse),
    ],
    ids=["config", "intents"],
)
def test_what_is_spoilt_was_right(seeds: list[bytes], read: Callable[[str], object]) -> None:
    """Else nothing behind the first mistake is ever tried."""
    assert len(seeds) >= 4
    for seed in seeds:
        read(seed.decode())


def _broken(data: bytes) -> None:
    raise RuntimeError(f"two\nlines {len(data)}")


def test_what_must_not_happen_is_told_in_one_line() -> None:
    target: Target = SimpleNamespace(seeds=lambda: [b"a"], target=_broken)
    fault = try_one("config", b"abc", target, catch=True)
    assert fault is not None
    assert fault[0] == "tracebacks"
    assert fault[1].startswith("RuntimeError: two lines 3 (test_fuzz.py:")


def test_every_harm_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last of them too, and only those that do harm: every other input does none."""
    names = list(faulty.HARMS)
    stuck = names.index("computes")
    said: dict[str, Fault] = {}
    # What takes memory takes time as well, on some machines seconds; what is stuck for ever need not be waited for.
    for seconds, harms in ((60.0, names[:stuck]), (1.0, names[stuck:])):
        monkeypatch.setattr(harness, "CPU_SECONDS", seconds)
        monkeypatch.setattr(harness, "WAIT_SECONDS", seconds)
        numbers = range(2 * names.index(harms[0]), 2 * names.index(harms[-1]) + 2)
        faults = list(harness.hunt("faulty", numbers))
        assert [fault.number for fault in faults] == list(numbers)[1::2]
        said |= dict(zip(harms, faults, strict=True))
    kinds = {harm: fault.kind for harm, fault in said.items() if fault.kind != "tracebacks"}
    assert kinds == {
        "takes memory": "over 1 GB",
        "takes memory again": "over 1 GB",
        "computes": "hangs",
        "sleeps": "hangs",
    }
    for harm in ("raises", "logs", "fails in a thread", "fails at its end"):
        assert said[harm].what.startswith("RuntimeError: two lines (faulty.py:")
    codes = {"exits": 0, "ends the process": 0, "crashes": -11, "is killed": -9}
    assert {harm: said[harm].what for harm in codes} == {
        harm: f"the process ended with {code}" for harm, code in codes.items()
    }


def test_what_takes_long_and_ends_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "CPU_SECONDS", 0.1)
    target: Target = SimpleNamespace(seeds=list, target=lambda _: sum(range(30_000_000)))
    fault = try_one("config", b"", target, catch=True)
    assert fault is not None
    assert fault[0] == "hangs"


def test_an_input_that_found_something_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the command that tries it again; that one prints the bytes, for `FOUND`."""
    monkeypatch.setattr("sys.argv", ["fuzz", "faulty", "--first", "0", "--inputs", "2"])
    assert fuzz.main() == 1
    assert "faulty --first 1 --inputs 1" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["fuzz", "faulty", "--first", "1", "--inputs", "1"])
    with pytest.raises(RuntimeError, match="two"):
        fuzz.main()
    assert capsys.readouterr().out == "faulty 1: b'raises'\n"


def test_a_process_that_does_not_start_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(harness.hunt("actions", range(30))) == []
    monkeypatch.setattr(harness, "sys", SimpleNamespace(executable="/bin/false"))
    faults = list(harness.hunt("actions", range(2)))
    assert [fault.what for fault in faults] == ["the process does not start, and ended with 1"]
