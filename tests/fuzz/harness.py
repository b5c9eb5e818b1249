"""Makes inputs out of good ones, tries each, and notices what must not happen: tracebacks, hangs, memory without end.

A target is a module with `seeds()`, good inputs, and `target(data)`, which reads one and returns, or fails an assertion
or raises something where it must not. It may have `WORDS`, pieces that mean something in its format.
"""

from __future__ import annotations

import json
import os
import resource
import select
import subprocess
import sys
import time
import traceback
from functools import cache
from importlib import import_module
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

CPU_SECONDS = 5.0  # of one input: more is a hang
WALL_SECONDS = 60.0  # of one input that does not compute, but waits
START_SECONDS = 120.0  # of a process, which loads libraries
MEMORY_BYTES = 1_000_000_000  # that one input may take
LONGEST_INPUT = 100_000  # bytes, so that inputs are many
MOST_CHANGES = 8
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
    for name in ("config", "intents", "templates", "matcher", "walks", "mqtt", "actions", "npz", "sound", "weights")
}


# ---- inputs


def numbered(name: str, number: int) -> bytes:
    """The input of a target that has this number: the seeds as they are, then changed ones."""
    seeds, words = _known(name)
    if number < len(seeds):
        return seeds[number]
    random = Random(f"{name} {number}")
    data = random.choice(seeds)
    for _ in range(random.randint(1, MOST_CHANGES)):
        data = _changed(data, seeds, words, random)
    return data[:LONGEST_INPUT]


@cache
def _known(name: str) -> tuple[Sequence[bytes], Sequence[bytes]]:
    target = TARGETS[name]()
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
    target = target or TARGETS[name]()
    before = _memory()
    try:
        target.target(data)
    except Exception as error:
        if not catch:
            raise
        place = traceback.extract_tb(error.__traceback__)[-1]
        said = " ".join(str(error).split())[:200]
        return "tracebacks", f"{type(error).__name__}: {said} ({Path(place.filename).name}:{place.lineno})"
    return ("over 1 GB", f"{_memory() - before:,} bytes") if _memory() - before > MEMORY_BYTES else None


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


# ---- many inputs


def hunt(name: str, numbers: range) -> Iterator[Fault]:
    """Yield the faults of inputs; each process that hangs or dies is followed by another one, behind that input."""
    first = numbers.start
    while first < numbers.stop:
        command = [sys.executable, "-m", "tests.fuzz", name, "--work", "--first", str(first)]
        worker = subprocess.Popen(
            [*command, "--inputs", str(numbers.stop - first)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        at = first - 1
        try:
            for told in _lines(worker):
                if "begins" in told:
                    at = told["begins"]
                else:
                    yield Fault(told["number"], told["kind"], told["what"])
        except TimeoutError:
            yield Fault(at, "hangs", f"more than {CPU_SECONDS:.0f} s")
        finally:
            worker.kill()
            code = worker.wait()
            if worker.stdout:
                worker.stdout.close()
        if at < first:
            yield Fault(at, "tracebacks", f"the process does not start, and ended with {code}")
            return
        if code > 0 or (code < 0 and at + 1 < numbers.stop and not _hung(code)):
            yield Fault(at, "tracebacks", f"the process ended with {code}")
        first = min(numbers.stop, at + 1)


def _hung(code: int) -> bool:
    return code == -9  # we ended it ourselves


def _lines(worker: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    """Yield what a process says; TimeoutError if it says nothing for too long."""
    assert worker.stdout is not None
    descriptor, rest, limit = worker.stdout.fileno(), b"", START_SECONDS
    while True:
        began, cpu = time.monotonic(), _cpu_seconds(worker.pid)
        while not select.select([descriptor], [], [], 1.0)[0]:
            if time.monotonic() - began > max(limit, WALL_SECONDS):
                raise TimeoutError
            if limit < START_SECONDS and _cpu_seconds(worker.pid) - cpu > limit:
                raise TimeoutError
        chunk = os.read(descriptor, 1 << 16)
        if not chunk:
            return
        limit = CPU_SECONDS
        *lines, rest = (rest + chunk).split(b"\n")
        yield from map(json.loads, lines)


def _cpu_seconds(process: int) -> float:
    """Processor time of a process so far (proc(5): utime and stime)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
