"""Signals of a service: SIGTERM and SIGINT end it, SIGHUP asks it to reload. Imports nothing heavy, so it comes first.

While the service loads, a signal ends the process there and then, with exit code 0. Raising would not do: a C extension
that is being imported may swallow an exception, or turn it into one of its own. Once a source of audio is known, a
signal closes the source, so that what was heard before is still answered. If that takes longer than `GRACE_SECONDS`, or
if a second signal comes, `Stopped` unwinds the main thread up to the `with` statement of `Signals`. From `closing` on
nothing is raised any more, so that goodbyes are said to their end; if one hangs, the process ends without it.

Handlers run between two instructions of the main thread, perhaps within a write to standard error: they do not log.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, NoReturn, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

GRACE_SECONDS = 0.9  # in which what was heard is still answered after a signal to stop
CLOSING_SECONDS = 3.0  # for closing connection and microphone, each of which may hang


class Stopped(BaseException):
    """Raised in the main thread when the service has to end now: its source was closed, but the answer takes long."""


class Closable(Protocol):
    """A source of audio: `close`, called from a signal handler, lets its frames end."""

    def close(self) -> None: ...


def leave(code: int) -> NoReturn:
    """End the process at once with an exit code, in any state.

    Python's own end joins threads and unloads libraries. That takes a second, and crashes while a thread of PortAudio
    hangs in a sound server that does not answer.
    """
    try:
        for flush in (logging.shutdown, sys.stdout.flush, sys.stderr.flush):
            with suppress(Exception):  # a closed pipe, or a write that a signal has interrupted
                flush()
    finally:
        os._exit(code)


class Signals(AbstractContextManager["Signals"]):
    """Handlers of SIGTERM, SIGINT and SIGHUP as a context manager; its end restores the handlers from before.

    A SIGHUP that comes while the service loads is kept until `reload_on_hang_up`. In a terminal, which sends SIGHUP
    when its window is closed, SIGHUP ends the service.
    """

    STOPPING = (signal.SIGTERM, signal.SIGINT)

    def __init__(self) -> None:
        self._at_once = True  # a signal ends the process: nothing runs yet, or nothing any more
        self._closing: int | None = None  # exit code if closing hangs; None: not closing yet
        self._source: Closable | None = None  # None: not known yet, or closed already
        self._reload: Callable[[], None] | None = None
        self._hung_up = False
        self.stopping = False  # whether the service has been asked to end

    def close_on_stop(self, source: Closable) -> None:
        """From now on, SIGTERM and SIGINT close this source instead of ending the process."""
        self._source = source
        self._at_once = False

    def reload_on_hang_up(self, reload: Callable[[], None]) -> None:
        """Call `reload` on each SIGHUP, and now if one has come already."""
        self._reload = reload
        if self._hung_up:
            reload()

    def closing(self, kind: type[BaseException] | None, *_exception: object) -> None:
        """Note that the service closes, after an exception of this `kind` or None: for `ExitStack.push`.

        Signals to stop are ignored from here on. After CLOSING_SECONDS the process ends, whatever hangs.
        """
        self._closing = 0 if kind is None or issubclass(kind, Stopped) else 1
        signal.setitimer(signal.ITIMER_REAL, CLOSING_SECONDS)
        if kind is Stopped:
            log.info("stopped before everything was answered")
        elif self.stopping:
            log.info("stopping")

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._stop) for number in (*self.STOPPING, signal.SIGALRM)}
        hang_up = self._stop if os.isatty(0) else self._hang_up
        self._before[signal.SIGHUP] = signal.signal(signal.SIGHUP, hang_up)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_exception: object) -> bool:
        self._at_once = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        return kind is Stopped

    def _hang_up(self, _number: int, _frame: object) -> None:
        self._hung_up = True
        if self._reload is not None and self._closing is None:
            self._reload()

    def _stop(self, number: int, _frame: object) -> None:
        if self._at_once:
            os._exit(0)
        if self._closing is not None:
            if number == signal.SIGALRM:
                os._exit(self._closing)
            return
        self.stopping = True
        source, self._source = self._source, None  # a second signal does not wait
        if source is None or number == signal.SIGALRM:
            raise Stopped
        source.close()
        signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS)
