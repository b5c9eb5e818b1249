"""Fuzz target that does everything a target must not: it shows that the harness notices."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def seeds() -> list[bytes]:
    """Return the names of all harms, each behind a harmless one."""
    return [name.encode() for harm in HARMS for name in ("none", harm)]


def target(data: bytes) -> None:
    """Do that harm."""
    HARMS.get(data.decode(errors="replace"), bool)()


def _raises() -> None:
    raise RuntimeError("two\nlines")


def _logs() -> None:
    try:
        _raises()
    except RuntimeError:
        logging.getLogger("faulty").exception("an internal error ended something")


def _fails_in_a_thread() -> None:
    thread = threading.Thread(target=_raises)
    thread.start()
    thread.join()


class _FailsAtItsEnd:
    def __del__(self) -> None:
        _raises()


def _computes() -> None:
    while True:
        pass


def _takes_memory(bytes_taken: int = 1_100_000_000) -> None:
    bytearray(b"\1") * bytes_taken


HARMS: dict[str, Callable[[], object]] = {
    "raises": _raises,
    "logs": _logs,
    "fails in a thread": _fails_in_a_thread,
    "fails at its end": _FailsAtItsEnd,
    "takes memory": _takes_memory,
    "takes memory again": _takes_memory,
    "computes": _computes,
    "sleeps": lambda: time.sleep(600),
    "exits": sys.exit,
    "ends the process": lambda: os._exit(0),
    "crashes": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "is killed": lambda: os.kill(os.getpid(), signal.SIGKILL),  # as by the kernel, for want of memory
}
