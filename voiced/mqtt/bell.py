"""Wakes a thread that waits for the network, from any other thread."""

from __future__ import annotations

import select
import socket
from contextlib import suppress


class Bell:
    """Wakes a thread that waits for the network; any thread may ring (a self-pipe made of a socket pair)."""

    def __init__(self) -> None:
        """Make a bell that has not been rung."""
        self._hears, self._rings = socket.socketpair()
        self._hears.settimeout(0)
        self._rings.settimeout(0)

    def ring(self) -> None:
        """End the present `wait`, or the next one."""
        with suppress(OSError):  # a full buffer holds earlier rings; a closed bell has no waiter
            self._rings.send(b"\0")

    def wait(self, longest: float) -> None:
        """Return when rung, or after `longest` seconds."""
        poller = select.poll()
        poller.register(self._hears, select.POLLIN)
        if poller.poll(max(0.0, longest) * 1000):
            self.clear()

    def clear(self) -> None:
        """Discard earlier rings."""
        with suppress(BlockingIOError):
            self._hears.recv(4096)

    def fileno(self) -> int:
        """Return the descriptor that poll() watches."""
        return self._hears.fileno()

    def close(self) -> None:
        """Close both sockets."""
        self._hears.close()
        self._rings.close()
