"""Runs one program to its end: without a shell, in a process group of its own, for as long as it may take.

It gets no input, none of our open files, and nothing of what systemd tells the service alone. What it prints is read
while it runs, and the end of that is kept. Knows no thread and no log: `programs` runs several beside the daemon.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.errors import VoicedError

if TYPE_CHECKING:
    from voiced.flow import Program

# What systemd hands to the service: where its secrets are, and how to speak for it.
NOT_HANDED_ON = ("CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "STATE_DIRECTORY")
BLOCK_BYTES, KEPT_BYTES = 1 << 16, 4_096  # a pipe's; of what was printed, the end
CALM_SECONDS = 0.01  # after a large block: whoever prints without end must not keep the machine busy
LOOK_SECONDS = 0.05  # between two looks whether a program has ended that has closed its output
GRACE_SECONDS = 1.0  # from SIGTERM to SIGKILL
MOST_LINES, LONGEST_LINE = 5, 200  # of what is told


class ProgramError(VoicedError):
    """A program could not be run, or failed: one sentence, and `in_full` with what it printed."""

    def __init__(self, told: str, printed: str = "") -> None:
        super().__init__(told)
        self.in_full = f"{told}; it printed: {printed}" if printed else told


def expanded(name: str) -> str:
    """Return the name of a program, with a home folder for its `~`."""
    try:
        return str(Path(name).expanduser()) if name.startswith("~") else name
    except RuntimeError:  # nobody's home
        return name


def run(program: Program) -> str:
    """Run a program to its end; return the last lines that it printed. ProgramError."""
    running = Running(program)
    try:
        running.wait()
    except KeyboardInterrupt:  # goes to our own group alone
        running.end()
        raise
    finally:
        running.close()
    return running.printed


class Running:
    """A program that runs; `close` lets go of its output."""

    def __init__(self, program: Program) -> None:
        """Start it. ProgramError."""
        self.name = program.command[0]
        self._timeout = program.timeout
        self._stopped = False  # by us
        self._printed = b""
        self.open = True  # whether somebody may still print: the program, or whom it has left behind
        path = expanded(self.name)
        try:
            self._process = subprocess.Popen(
                [path, *program.command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                env={name: value for name, value in os.environ.items() if name not in NOT_HANDED_ON},
                start_new_session=True,
            )
        except (OSError, ValueError, subprocess.SubprocessError) as error:  # ValueError: a NUL in an argument
            raise ProgramError(f"{self.name} cannot be run: {_reason(error, Path(path))}") from error
        assert self._process.stdout
        self._output = self._process.stdout

    def wait(self) -> None:
        """Wait until it ends; end it when its time is over. ProgramError if it failed.

        Others that it leaves behind are not waited for, even if they hold its output open.
        """
        self._watch(time.monotonic() + self._timeout)
        if self._stopped:
            self.await_exit(GRACE_SECONDS)
            self._reap()
            raise ProgramError(f"{self.name} was ended, since voiced ends", self.printed)
        if not self._has_ended():
            self.end()
            raise ProgramError(f"{self.name} was ended after {self._timeout:g} s, its timeout", self.printed)
        if code := self._process.wait():
            how = f"was ended by {_signal_name(-code)}" if code < 0 else f"failed with exit code {code}"
            raise ProgramError(f"{self.name} {how}", self.printed)

    def end(self) -> None:
        """End it and its group: politely, and then by force."""
        for how in (signal.SIGTERM, signal.SIGKILL):
            self.stop(how)
            self.await_exit(GRACE_SECONDS)
        self._reap()

    def stop(self, how: signal.Signals) -> None:
        """Send a signal to it and its group; any thread may call."""
        self._stopped = True
        # Nobody else has got its number, for it is not waited for while it may be stopped.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, how)

    def await_exit(self, seconds: float) -> None:
        """Wait until it has ended, so long at most."""
        until = time.monotonic() + seconds
        while not self._has_ended() and time.monotonic() < until:
            time.sleep(LOOK_SECONDS / 5)

    @property
    def printed(self) -> str:
        """The last lines that it printed, as one."""
        lines = self._printed.decode(errors="replace").splitlines()
        told = [line.strip()[:LONGEST_LINE] for line in lines if line.strip()]
        return " | ".join(told[-MOST_LINES:])

    def drain(self) -> None:
        """Read what others print that it has left behind, until none is there: who is not read cannot go on."""
        while self.open:
            self._read()

    def close(self) -> None:
        """Let go of its output."""
        self._output.close()

    def _watch(self, until: float) -> None:
        """Read what it prints until it ends, is stopped, or its time is over."""
        poll = select.poll()
        poll.register(self._output, select.POLLIN)
        while not self._has_ended() and not self._stopped and (left := until - time.monotonic()) > 0:
            pause = min(left, LOOK_SECONDS)
            if not self.open:
                self.await_exit(pause)
            elif poll.poll(pause * 1000):
                self._read()
        # A pipe holds a block, and its end.
        for _ in range(2):
            if self.open and poll.poll(0):
                self._read()

    def _read(self) -> None:
        block = os.read(self._output.fileno(), BLOCK_BYTES)
        self._printed = (self._printed + block)[-KEPT_BYTES:]
        self.open = bool(block)
        if len(block) >= KEPT_BYTES:
            time.sleep(CALM_SECONDS)

    def _reap(self) -> None:
        with suppress(subprocess.TimeoutExpired):  # it is stuck in the kernel
            self._process.wait(0)

    def _has_ended(self) -> bool:
        # Looked at without waiting for it, so that its number stays its own until its group is ended, too.
        with suppress(ChildProcessError):
            return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        return True


def _reason(error: Exception, path: Path) -> str:
    if not isinstance(error, OSError):
        return str(error)
    is_there = len(path.parts) > 1 and path.exists()
    if error.errno == errno.ENOEXEC or (error.errno == errno.ENOENT and is_there):
        return "its first line must name an interpreter that is there, such as #!/bin/sh"
    if error.errno == errno.ENOENT:
        return "there is no such program; install it, or write its whole path"
    if error.errno == errno.EACCES and path.is_dir():
        return "it is a folder"
    if error.errno == errno.EACCES:
        return f"it is not executable; chmod +x {path}"
    return error.strerror or str(error)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
