"""A throw-away Mosquitto on loopback: start, kill, freeze, restart on the same port; knows nothing of our client."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.system_parts import require_program

if TYPE_CHECKING:
    from collections.abc import Sequence

HOW_TO_GET = "apt-get install mosquitto mosquitto-clients"


def free_port() -> int:
    """A port of loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Broker:
    """One Mosquitto with its own port and folder, as a context manager; `options` are lines of mosquitto.conf.

    `listener` are the lines that follow the listener's own (TLS), `options` those before it.
    Nothing is kept over a restart, as with Mosquitto's defaults after a crash.
    """

    def __init__(self, *, options: Sequence[str] = ("allow_anonymous true",), listener: Sequence[str] = ()) -> None:
        self.program = require_program("mosquitto", HOW_TO_GET)
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="broker-"))
        self._process: subprocess.Popen[bytes] | None = None
        lines = ["persistence false", "log_dest file " + str(self.log), "log_type all", *options]
        if os.getuid() == 0:
            lines.append("user root")  # it would become `mosquitto`, who may not read the test's folder
        lines += [f"listener {self.port} 127.0.0.1", *listener]
        (self.folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    @property
    def log(self) -> Path:
        """What Mosquitto logged."""
        return self.folder / "mosquitto.log"

    def start(self) -> Self:
        """Start, or start again on the same port; returns when it answers."""
        assert self._process is None, "already running"
        self._process = subprocess.Popen(
            [self.program, "-c", str(self.folder / "mosquitto.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        give_up = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
            except OSError:
                if self._process.poll() is not None or time.monotonic() > give_up:
                    log = self.log.read_text() if self.log.exists() else "no log"
                    raise RuntimeError(f"Mosquitto does not answer: {log}") from None
                time.sleep(0.01)
            else:
                return self

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it, at once by default, and wait until it is gone."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Stop it from answering, with its connections open."""
        assert self._process is not None, "not running"
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it answer again."""
        assert self._process is not None, "not running"
        self._process.send_signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        with suppress(ProcessLookupError):
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
