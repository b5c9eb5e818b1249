"""Recognises and transcribes for other programs, in a thread of its own: one request after the other.

The daemon's own commands come first. No request is begun while somebody speaks to the daemon or waits for its answer;
and the thread, with those that compute for it, is nice to all others, where the system lets it. Few requests may wait;
one more is refused at once.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from voiced.errors import VoicedError
from voiced.foundations.relay import start_thread
from voiced.whisper.loading.weights import release_memory

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_WAITING = 16  # requests
NICE = 10  # weighs a ninth of what the daemon's own threads weigh (sched(7))
LONGEST_WAIT_SECONDS, LOOK_SECONDS = 15.0, 0.05  # for the daemon to be at rest
LONG_WORK_SECONDS = 0.1  # a block of sound for a wake word is looked at in milliseconds, and leaves nothing behind

T = TypeVar("T")


class BusyError(VoicedError):
    """Too many requests wait."""


class Engine:
    """A thread for the work of others."""

    def __init__(self, at_work: Callable[[], bool] = lambda: False) -> None:
        """`at_work`: whether somebody speaks to the daemon, or waits. The thread starts with the first request."""
        self._at_work = at_work
        self._waiting: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, work: Callable[[], T], *, goes_on: bool = False) -> T:
        """Run a function in the thread and return what it returns, or raise what it raises. BusyError.

        `goes_on`: with what was begun before, which is not refused. If whoever asked goes away meanwhile, work that
        waits is not begun.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        if not goes_on and self._waiting.qsize() >= MOST_WAITING:
            raise BusyError("too many requests at once; try again later")
        self._waiting.put(lambda: _do(work, done, loop))
        if self._thread is None:
            self._thread = start_thread(self._work, "engine")
        return await done

    def _work(self) -> None:
        be_nice()
        while True:
            work = self._waiting.get()
            until = time.monotonic() + LONGEST_WAIT_SECONDS
            while self._at_work() and time.monotonic() < until:
                time.sleep(LOOK_SECONDS)
            began = time.monotonic()
            work()
            if time.monotonic() - began > LONG_WORK_SECONDS:
                release_memory()  # else the process keeps what a transcription freed: tens of MB


def be_nice() -> None:
    """Lower the priority of this thread, and of those that PyTorch starts for it."""
    with suppress(OSError):  # the hardened unit forbids it
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


def _do(work: Callable[[], T], done: asyncio.Future[T], loop: asyncio.AbstractEventLoop) -> None:
    """Do some work in the thread, and hand its result to the loop."""
    if done.cancelled():
        return
    settle: Callable[[Any], None] = done.set_result
    result: Any
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 # whatever it is, whoever asked must hear of it, and the thread goes on
        settle, result = done.set_exception, error

    def tell() -> None:
        if not done.done():
            settle(result)

    with suppress(RuntimeError):  # the loop has ended with the daemon
        loop.call_soon_threadsafe(tell)
