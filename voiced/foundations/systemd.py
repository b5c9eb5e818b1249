"""Tells systemd how the service is (sd_notify), and a watchdog fed by audio; knows no audio and no libsystemd.

Without NOTIFY_SOCKET in the environment nobody is told, and nothing else differs. The protocol is one datagram of
`KEY=value` lines a message, to a socket in the file system or, with a leading '@', in the abstract namespace.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


log = logging.getLogger(__name__)


class Systemd:
    """The service manager; without NOTIFY_SOCKET every method does nothing."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """Read NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID."""
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog_seconds = _watchdog_seconds(environment)  # None: no watchdog is asked for

    def ready(self) -> None:
        """The service has started."""
        self._tell("READY=1")

    def reloading(self) -> None:
        """The service reads its settings again; `ready` says when it is done."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._tell("STATUS=" + " ".join(text.split()))

    def stopping(self) -> None:
        """The service is going to end."""
        self._tell("STOPPING=1")

    def alive(self) -> None:
        """Nothing hangs."""
        self._tell("WATCHDOG=1")

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            try:
                channel.connect(self._address)
                channel.sendall(message.encode())
            except OSError as error:  # a service manager that is restarting must not take the service with it
                log.warning("cannot tell systemd %s: %s", message.partition("=")[0], error)


def _watchdog_seconds(environment: Mapping[str, str]) -> float | None:
    """Seconds within which systemd expects a sign of life from this process; None if it expects none."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    microseconds = environment.get("WATCHDOG_USEC", "")
    return int(microseconds) / 1e6 if microseconds.isdecimal() and int(microseconds) else None


class Watchdog:
    """Reports to systemd that audio flows, at most four times within its limit; without audio it reports nothing."""

    def __init__(self, systemd: Systemd, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds."""
        self._systemd = systemd
        self._clock = clock
        self._pause = None if systemd.watchdog_seconds is None else systemd.watchdog_seconds / 4
        self._next = float("-inf")  # seconds of the clock

    def feed(self) -> None:
        """A frame of audio has come through."""
        if self._pause is None or (now := self._clock()) < self._next:
            return
        self._next = now + self._pause
        self._systemd.alive()
