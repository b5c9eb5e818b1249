"""`voiced run` as a process of its own, as a service manager would start and stop it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from tests.broker import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping

SITE = "house"
READY = "READY=1"
LOADING = 180.0  # seconds until it listens, at the most, as in the units; the tests share two cores with other work


class Daemon:
    """A running daemon with the intents that ship, as a context manager.

    `settings` are config.yaml's; `environment` is added to the test's own.
    """

    module = "voiced"

    def __init__(
        self,
        port: int,
        *arguments: str,
        settings: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="daemon-"))
        self._arguments = arguments
        self._environment = dict(environment or {})
        mqtt = {"host": "127.0.0.1", "port": port, "keepalive": 5}
        config = {"site": SITE, "intents": str(Path(__file__).parent.parent / "intents"), "mqtt": mqtt}
        given = dict(settings or {})
        config |= given | {"mqtt": mqtt | given.get("mqtt", {})}
        (self.folder / "config.yaml").write_text(json.dumps(config))  # JSON is YAML
        self._manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._manager.bind(str(self.folder / "notify"))
        self._told: list[str] = []
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", self.module, "run", "--config", str(self.folder / "config.yaml")]
        own = {"NOTIFY_SOCKET": str(self.folder / "notify"), "STATE_DIRECTORY": str(self.folder)}
        with self._open_log() as log:
            environment = os.environ | own | self._environment
            return subprocess.Popen([*command, *self._arguments], env=environment, stdout=log, stderr=log)

    def _open_log(self) -> BinaryIO:
        return (self.folder / "log").open("ab")

    @property
    def log(self) -> str:
        """Everything it printed."""
        return (self.folder / "log").read_text()

    @property
    def told(self) -> list[str]:
        """Everything it told the service manager."""
        with suppress(BlockingIOError):
            while True:
                self._told.append(self._manager.recv(4096).decode())
        return list(self._told)

    def wait_until_told(self, text: str) -> None:
        """Fail unless it tells the service manager this."""
        wait_until(lambda: text in self.told or self.process.poll() is not None, LOADING)
        assert text in self.told, self.log

    def wait_for_log(self, text: str, seconds: float = LOADING) -> None:
        """Fail unless it logs this by then."""
        wait_until(lambda: text in self.log or self.process.poll() is not None, seconds)
        assert text in self.log, self.log

    def terminate(self) -> float:
        """SIGTERM; return the seconds until it was gone."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        return time.monotonic() - began

    def restart(self) -> None:
        """Kill it, as a power cut would, and start it again."""
        self.process.kill()
        self.process.wait()
        self.process = self._start()

    def wait(self, seconds: float = LOADING) -> int:
        """Its exit code, when it ends by itself."""
        return self.process.wait(seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        self._manager.close()
        shutil.rmtree(self.folder, ignore_errors=True)
