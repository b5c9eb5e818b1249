"""What a process holds while it runs: resident memory, descriptors, threads; a leak shows as drift."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

EVERY = 5.0  # seconds
SETTLED = 0.1  # of the time: caches fill until then
SHARE = 0.2  # of what follows: the first and the last of it are compared


@dataclass(frozen=True, slots=True)
class Held:
    """At one moment."""

    resident: int  # kB
    descriptors: int
    threads: int


@contextmanager
def watched(pid: int) -> Iterator[list[Held]]:
    """Fill the list that is given while the process lives."""
    held: list[Held] = []
    over = threading.Event()
    thread = threading.Thread(target=_watch, args=(pid, held, over))
    thread.start()
    try:
        yield held
    finally:
        over.set()
        thread.join()


def _watch(pid: int, held: list[Held], over: threading.Event) -> None:
    while not over.wait(EVERY):
        try:
            held.append(_now(pid))
        except (OSError, KeyError):  # it ended; a zombie has no VmRSS
            return


def _now(pid: int) -> Held:
    about = Path("/proc", str(pid))
    status = dict(line.split(":", 1) for line in (about / "status").read_text().splitlines())
    return Held(int(status["VmRSS"].split()[0]), len(list((about / "fd").iterdir())), int(status["Threads"]))


def drift(held: Sequence[Held], less: int) -> dict[str, object]:
    """Early, late and most, after caches have filled; empty if it was too short. `less`: kB that do not count."""
    settled = held[round(SETTLED * len(held)) :]
    part = round(SHARE * len(settled))
    if not part:
        return {}
    resident = _ends([one.resident - less for one in settled], part)
    return {
        "MiB": [round(kilobytes / 1024, 1) for kilobytes in resident],
        "drift in percent": round(100 * (resident[1] / resident[0] - 1), 2),
        "descriptors": _ends([one.descriptors for one in settled], part),
        "threads": _ends([one.threads for one in settled], part),
    }


def _ends(values: Sequence[int], part: int) -> list[float]:
    """Medians of the first and of the last, and the most."""
    return [median(values[:part]), median(values[-part:]), max(values)]
