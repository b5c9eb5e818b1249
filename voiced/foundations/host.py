"""The name of this machine."""

from __future__ import annotations

import socket


def host_name() -> str:
    """Return the host's name without its domain."""
    return socket.gethostname().split(".")[0]
