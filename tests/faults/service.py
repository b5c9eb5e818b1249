"""A daemon with a service manager that starts it again, as the units in systemd/ do."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

from tests.broker import wait_until
from tests.daemon import LOADING, READY, Daemon

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FINAL = {0, 2, 78}  # exit codes after which systemd does not start it again: RestartPreventExitStatus=
RESTART_SECONDS = 0.5  # the units wait longer


class Service(Daemon):
    """Remembers how its processes ended."""

    def __init__(
        self,
        port: int,
        intents: Path,
        *,
        settings: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.exits: list[int] = []  # exit codes; negative: the signal that ended it
        self._n_ready = 0
        super().__init__(port, settings={"intents": str(intents), **(settings or {})}, environment=environment)

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def wait_until_ready(self) -> bool:
        """Whether it says READY once more, or has since the last time that this was asked; for LOADING seconds."""
        wait_until(lambda: self.told.count(READY) > self._n_ready or not self.is_running, LOADING)
        ready, self._n_ready = self.told.count(READY) > self._n_ready, self.told.count(READY)
        return ready

    def start_again(self) -> None:
        """Start a new process; the one before must have ended."""
        assert not self.is_running
        self.process = self._start()

    def keep_running(self) -> bool:
        """Start it again for as long as systemd would, if it has ended; whether it runs and listens."""
        for _ in range(20):
            if self.is_running:
                return True
            self.exits.append(self.process.returncode)
            if self.process.returncode in FINAL:
                return False
            time.sleep(RESTART_SECONDS)
            self.start_again()
            self.wait_until_ready()
        return False

    def stop(self, how: signal.Signals = signal.SIGTERM, seconds: float = 10) -> float:
        """Send a signal; return the seconds until it was gone, infinity if it had to be killed."""
        began = time.monotonic()
        self.process.send_signal(how)
        if not wait_until(lambda: not self.is_running, seconds):
            self.process.kill()
            self.process.wait()
            return float("inf")
        return time.monotonic() - began
