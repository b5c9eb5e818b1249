"""Runs the programs of commands beside everything else: those of one command one after the other, several at once.

The first that fails is the last of its command: the next one may rely on it. What could not be run, or failed, is
logged with what it printed, and told. A program that would begin too late is not begun.
"""

from __future__ import annotations

import logging
import os
import shlex
import signal
import time
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from voiced.acting.running import ProgramError, Running
from voiced.foundations.relay import start_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from voiced.flow import Program

log = logging.getLogger(__name__)

MOST_COMMANDS = 8  # whose programs run at once
MOST_LEFT_BEHIND = 16  # programs that ended, and left others behind that print
FAREWELL_SECONDS = 0.5  # for what runs when the daemon ends
LAST_SECONDS = 0.2  # from SIGTERM to SIGKILL then


def require_account(program: str, *, as_root: bool) -> None:
    """ProgramError if a program would run as root, and is not allowed to."""
    if os.geteuid() == 0 and not as_root:
        remedy = "give it an account of its own, or set run_as_root: true"
        raise ProgramError(f"{program} is not run: voiced runs no programs as root; {remedy}")


class Programs:
    """Runs programs in threads of their own; `close` ends them."""

    def __init__(self, tell: Callable[[str], object], *, as_root: bool) -> None:
        """`tell` is called from any thread with each failure in one sentence."""
        self._tell, self._as_root = tell, as_root
        self._lock = Lock()  # held while an attribute below is read or written
        self._n_commands = self._n_left_behind = 0
        self._running: set[Running] = set()
        self._ends = False

    def run(self, programs: Sequence[Program]) -> None:
        """Run the programs of one command; returns at once."""
        now = time.monotonic()
        try:
            require_account(programs[0].command[0], as_root=self._as_root)
            self._begin([(program, now + program.expires) for program in programs])
        except ProgramError as error:
            self._complain(error)

    def _begin(self, programs: list[tuple[Program, float]]) -> None:
        name = programs[0][0].command[0]
        with self._lock:
            if self._n_commands >= MOST_COMMANDS:
                raise ProgramError(f"{name} is not run: the programs of {MOST_COMMANDS} commands run already")
            self._n_commands += 1
        try:
            start_thread(partial(self._run, programs), "programs")
        except RuntimeError as error:  # the machine can start no more threads
            with self._lock:
                self._n_commands -= 1
            raise ProgramError(f"{name} is not run: {error}") from error

    def _run(self, programs: list[tuple[Program, float]]) -> None:
        try:
            for program, until in programs:
                self._run_one(program, until)
        except ProgramError as error:
            self._complain(error)
        except Exception:  # a bug must cost one command
            log.exception("an internal error ended the programs of a command")
        finally:
            with self._lock:
                self._n_commands -= 1

    def _run_one(self, program: Program, until: float) -> None:
        if time.monotonic() > until:
            raise ProgramError(f"{program.command[0]} is not run: it is too late, after those before it")
        if self._ends:
            raise ProgramError(f"{program.command[0]} is not run: voiced ends")
        log.info("running %s", shlex.join(program.command))
        running = self._started(program)
        try:
            running.wait()
        finally:
            with self._lock:
                self._running.discard(running)
            self._let_go(running)
        if running.printed:
            log.info("%s printed: %s", running.name, running.printed)

    def _started(self, program: Program) -> Running:
        running = Running(program)
        with self._lock:
            self._running.add(running)
            if self._ends:
                running.stop(signal.SIGKILL)
        return running

    def _let_go(self, running: Running) -> None:
        """Let go of what a program prints; of one that has left others behind, when they have ended."""
        with self._lock:
            is_followed = running.open and self._n_left_behind < MOST_LEFT_BEHIND
            self._n_left_behind += is_followed
        if is_followed:
            start_thread(partial(self._drain, running), "program left behind")
        else:
            running.close()

    def _drain(self, running: Running) -> None:
        running.drain()
        running.close()
        with self._lock:
            self._n_left_behind -= 1

    def _complain(self, error: ProgramError) -> None:
        log.warning("%s", error.in_full)
        self._tell(str(error))

    def close(self) -> None:
        """Wait a little for what runs, and end it."""
        until = time.monotonic() + FAREWELL_SECONDS
        while self._n_commands and time.monotonic() < until:
            time.sleep(FAREWELL_SECONDS / 50)
        with self._lock:
            self._ends, hanging = True, list(self._running)
        for how in (signal.SIGTERM, signal.SIGKILL):
            for running in hanging:
                running.stop(how)
            for running in hanging:
                running.await_exit(LAST_SECONDS / len(hanging))
