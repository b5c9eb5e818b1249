"""Notifies systemd of the state of the service (sd_notify(3)), and feeds its watchdog. Knows no audio, no libsystemd.

Each message is one datagram of `KEY=value` lines, sent to the socket NOTIFY_SOCKET: a path, or a name in the abstract
namespace with a leading '@'. Without NOTIFY_SOCKET in the environment nothing is sent.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

T = TypeVar("T")

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 1.0  # for a service manager that does not read what it is told


class Systemd:
    """Connection to the service manager; without NOTIFY_SOCKET each method does nothing."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """Read NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID."""
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog_seconds = _watchdog_seconds(environment)  # None: systemd watches nothing
        self._complained = False  # about a service manager that could not be told something

    def ready(self) -> None:
        """Send READY: the service has started, or has reloaded."""
        self._tell("READY=1")

    def reloading(self) -> None:
        """Send RELOADING: the service reads its settings again, until `ready`."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def status(self, text: str) -> None:
        """Send STATUS: one line for `systemctl status`; line breaks in `text` become spaces."""
        self._tell("STATUS=" + " ".join(text.split()))

    def stopping(self) -> None:
        """Send STOPPING: the service is going to end."""
        self._tell("STOPPING=1")

    def alive(self) -> None:
        """Send WATCHDOG: nothing hangs."""
        self._tell("WATCHDOG=1")

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.settimeout(PATIENCE_SECONDS)
                channel.connect(self._address)
                channel.sendall(message.encode(errors="replace"))
        except OSError as error:  # a service manager may be restarting; the service goes on
            if not self._complained:
                log.warning("cannot tell systemd %s: %s", message.partition("=")[0], error)
            self._complained = True
        else:
            self._complained = False


def _watchdog_seconds(environment: Mapping[str, str]) -> float | None:
    """Return the seconds within which systemd wants a sign of life from this process; None if it wants none."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    microseconds = environment.get("WATCHDOG_USEC", "")
    return int(microseconds) / 1e6 if microseconds.isdecimal() and int(microseconds) else None


class Watchdog:
    """Sends signs of life, four times within the limit of systemd, while audio comes and the main loop works.

    Frames of audio call `feed`. It sends nothing while the main loop is at work on one event: an event that takes
    longer than systemd's limit is taken for a hang. No thread waits here, so each attribute is written as it is.
    """

    def __init__(self, systemd: Systemd, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` returns seconds."""
        self._systemd = systemd
        self._clock = clock
        self._pause = None if systemd.watchdog_seconds is None else systemd.watchdog_seconds / 4
        self._next = float("-inf")  # the clock's seconds from which on `feed` sends
        self._idle = True  # the main loop waits for an event
        self._moved = False  # the main loop took or finished an event since the last sign of life

    def feed(self) -> None:
        """Note that a frame of audio came; send a sign of life if it is time and the main loop does not hang."""
        if self._pause is None or not (self._idle or self._moved) or (now := self._clock()) < self._next:
            return
        self._next = now + self._pause
        self._moved = False
        self._systemd.alive()

    def watched(self, events: Iterable[T]) -> Iterator[T]:
        """Yield the events of the main loop, and note when it takes one and when it asks for the next."""
        self._idle = True
        for event in events:
            self._idle, self._moved = False, True
            yield event
            self._idle = self._moved = True
