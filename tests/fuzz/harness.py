"""Makes inputs out of good ones, tries each, and notices what must not happen: tracebacks, hangs, memory without end.

A target is a module with `seeds()`, good inputs, and `target(data)`, which reads one and returns, or fails an assertion
or raises something where it must not. It may have `WORDS`, pieces that mean something in its format.
"""

from __future__ import annotations

import json
import logging
import os
import select
import subprocess
import sys
import threading
import time
import traceback
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

CPU_SECONDS = 5.0  # of one input: more is a hang
WAIT_SECONDS = 5.0  # of one input that sleeps, and computes nothing: more is a hang
WALL_SECONDS = 60.0  # of one input on a machine that never lets it compute
START_SECONDS = 120.0  # of a process, which loads libraries
MEMORY_BYTES = 1_000_000_000  # that one input may take, at any moment
LONGEST_INPUT = 100_000  # bytes, so that inputs are many
CHANGES = (1, 1, 2, 3, 8)  # of an input: few mostly, so that it is read beyond the first mistake
LOOK_SECONDS = 0.5  # between looks at a process that says nothing
TICKS = os.sysconf("SC_CLK_TCK")


class Target(Protocol):
    """A module of this package."""

    def seeds(self) -> Sequence[bytes]: ...
    def target(self, data: bytes) -> None: ...


class Fault(NamedTuple):
    """What must not have happened."""

    number: int  # of the input
    kind: str
    what: str  # one line


def _module(name: str) -> Callable[[], Any]:
    return lambda: import_module(f"tests.fuzz.{name}")


# Name → what loads it: some load torch.
TARGETS = {
    name: _module(name)
    for name in (
        *("config", "intents", "templates", "matcher", "walks", "mqtt", "actions", "npz", "sound", "weights"),
        *("wyoming", "http", "hermes", "rhasspy", "registries"),
    )
}
KNOWN = {**TARGETS, "faulty": _module("faulty")}  # that one only tries the harness


# ---- inputs


def numbered(name: str, number: int) -> bytes:
    """The input of a target that has this number: the seeds as they are, then changed ones."""
    seeds, words = _known(name)
    if number < len(seeds):
        return seeds[number]
    random = Random(f"{name} {number}")
    data = random.choice(seeds)
    for _ in range(random.choice(CHANGES)):
        data = _changed(data, seeds, words, random)
    return data[:LONGEST_INPUT]


@cache
def _known(name: str) -> tuple[Sequence[bytes], Sequence[bytes]]:
    target = KNOWN[name]()
    return target.seeds(), [*getattr(target, "WORDS", ()), *ANYWHERE]


# What breaks readers of many formats.
ANYWHERE = (
    b"\0",
    b"\xff",
    b"\x1b[2J",
    b"9" * 400,
    b"[" * 300,
    b"\n",
    b" ",
    b"-1",
    b"\xf0\x9f\x8d\xb5",
    b"\xed\xa0\x80",
    b"",
)


def _changed(data: bytes, seeds: Sequence[bytes], words: Sequence[bytes], random: Random) -> bytes:
    """One change: a bit, a piece dropped, doubled, moved, or put in: a word of the format, or of another input."""
    start = random.randint(0, len(data))
    stop = min(len(data), start + random.choice((1, 1, 2, 4, 16, 64, 1_000)))
    before, piece, after = data[:start], data[start:stop], data[stop:]
    match random.randrange(7):
        case 0 if piece:
            return before + bytes([piece[0] ^ 1 << random.randrange(8)]) + piece[1:] + after
        case 1:
            return before + after
        case 2:
            return before + piece * random.choice((2, 2, 3, 50)) + after
        case 3:
            other = random.choice(seeds)
            at = random.randint(0, len(other))
            return before + other[at : at + random.choice((4, 40, 400))] + after
        case 4:
            at = random.randint(0, len(before))
            return before[:at] + piece + before[at:] + after
        case _:
            return before + random.choice(words) + (piece if random.random() < 0.5 else b"") + after


# ---- one input


def try_one(name: str, data: bytes, target: Target | None = None, *, catch: bool = False) -> tuple[str, str] | None:
    """Put an input to a target. With `catch`: what must not have happened, as (kind, one line), else None."""
    target = target or KNOWN[name]()
    _forget_peak()
    before, began = _memory(), time.process_time()
    with unseen_tracebacks() as unseen:
        try:
            target.target(data)
        except Exception as error:
            if not catch:
                raise
            return "tracebacks", _in_one_line(error)
    if unseen:
        return "tracebacks", unseen[0]
    seconds, taken = time.process_time() - began, _memory() - before
    if taken > MEMORY_BYTES:  # which takes time, too
        return "over 1 GB", f"{taken:,} bytes"
    return ("hangs", f"{seconds:.1f} s") if seconds > CPU_SECONDS else None


def _in_one_line(error: BaseException | None) -> str:
    said = " ".join(str(error).split())[:200]
    place = traceback.extract_tb(error.__traceback__)[-1:] if error else []
    return f"{type(error).__name__}: {said}" + "".join(f" ({Path(at.filename).name}:{at.lineno})" for at in place)


@contextmanager
def unseen_tracebacks() -> Iterator[list[str]]:
    """Collect those that reach no caller: that are logged, or end a thread, a callback or a finalizer."""
    found: list[str] = []
    log = logging.Handler()
    log.emit = lambda record: found.append(_in_one_line(record.exc_info[1])) if record.exc_info else None  # type: ignore[method-assign]
    hooks = threading.excepthook, sys.unraisablehook
    threading.excepthook = lambda thrown: found.append(_in_one_line(thrown.exc_value))
    sys.unraisablehook = lambda thrown: found.append(_in_one_line(thrown.exc_value))
    logging.getLogger().addHandler(log)
    try:
        yield found
    finally:
        logging.getLogger().removeHandler(log)
        threading.excepthook, sys.unraisablehook = hooks


def _forget_peak() -> None:
    """Let the kernel count the most memory from now on: else a large input hides behind one that was larger."""
    Path("/proc/self/clear_refs").write_text("5")


def _memory() -> int:
    """The most bytes that were resident (proc(5): VmHWM)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


# ---- many inputs


def hunt(name: str, numbers: range) -> Iterator[Fault]:
    """Yield the faults of inputs; each process that hangs or dies is followed by another one, behind that input."""
    first = numbers.start
    while first < numbers.stop:
        command = [sys.executable, "-m", "tests.fuzz", name, "--work", "--first", str(first)]
        worker = subprocess.Popen(
            [*command, "--inputs", str(numbers.stop - first)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        at, done = first - 1, False
        try:
            for told in _lines(worker):
                at, done = told.get("begins", at), "done" in told
                if "kind" in told:
                    yield Fault(told["number"], told["kind"], told["what"])
            if not done:
                yield Fault(at, "tracebacks", _sudden_end(worker.wait(), started=at >= first))
        except TimeoutError as why:
            yield Fault(at, "hangs", str(why))
        finally:
            worker.kill()
            worker.wait()
            if worker.stdout:
                worker.stdout.close()
        if at < first:
            return
        first = numbers.stop if done else at + 1


def _sudden_end(code: int, *, started: bool) -> str:
    return f"the process {'' if started else 'does not start, and '}ended with {code}"


def _lines(worker: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    """Yield what a process says; TimeoutError if it says nothing for too long."""
    assert worker.stdout is not None
    descriptor, rest, started = worker.stdout.fileno(), b"", False
    while True:
        patience = _Patience(worker.pid)
        while not select.select([descriptor], [], [], LOOK_SECONDS)[0]:
            patience.look(started=started)
        chunk = os.read(descriptor, 1 << 16)
        if not chunk:
            return
        started = True
        *lines, rest = (rest + chunk).split(b"\n")
        yield from map(json.loads, lines)


class _Patience:
    """How long a process may say nothing: while it computes, while it sleeps, and in all."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._began = self._moved = time.monotonic()
        self._cpu = self._cpu_before = _cpu_seconds(process)

    def look(self, *, started: bool) -> None:
        """Raise TimeoutError if it was too long; one that has not `started` has to load libraries."""
        now, cpu = time.monotonic(), _cpu_seconds(self._process)
        if now - self._began > (WALL_SECONDS if started else START_SECONDS):
            raise TimeoutError(f"{now - self._began:.0f} s in all")
        if started and cpu - self._cpu_before > CPU_SECONDS:
            raise TimeoutError(f"more than {CPU_SECONDS:.0f} s")
        if cpu > self._cpu or not _sleeps(self._process):
            self._cpu, self._moved = cpu, now
        elif started and now - self._moved > WAIT_SECONDS:
            raise TimeoutError(f"more than {WAIT_SECONDS:.0f} s asleep")


def _sleeps(process: int) -> bool:
    """Whether it waits for something else than a processor or a disk."""
    return _stat(process)[0] == "S"


def _cpu_seconds(process: int) -> float:
    """Processor time of a process so far, of all its threads."""
    fields = _stat(process)
    return (int(fields[11]) + int(fields[12])) / TICKS


def _stat(process: int) -> list[str]:
    """Fields of proc(5) from the state on, then utime at 11 and stime at 12."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
