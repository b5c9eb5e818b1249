"""Files of the state folder, written atomically; and a thread that writes them, so that nobody waits for a disk.

What cannot be written, to a disk that is full or damaged, is lost with one warning. Knows no content.
"""

from __future__ import annotations

import logging
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.foundations.relay import start_thread

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

GOODBYE_SECONDS = 0.5  # for the last writes when the service ends


def folders() -> list[Path]:
    """Return the folders that may hold state: systemd's for this process, the user's, the system service's."""
    given = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    user = Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state")
    with suppress(RuntimeError):  # an account without a home
        user = user.expanduser()
    return [*([Path(given)] if given else []), user / "voiced", Path("/var/lib/voiced")]


def write_bytes(file: Path, content: bytes) -> None:
    """Replace a file, or leave it as it was; readable by its owner only. OSError if it cannot be written."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partly = file.with_name(f"{file.name}.part")  # what a power cut leaves is written over the next time
    with suppress(OSError):
        partly.unlink()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC  # not through a link that somebody put there
    try:
        with os.fdopen(os.open(partly, flags, 0o600), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partly.replace(file)
        commit(file.parent)
    finally:
        with suppress(OSError):
            partly.unlink()


def commit(folder: Path) -> None:
    """Return once the names in a folder are on the disk: a file that was created or removed stays so after a crash."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Writer:
    """Calls functions that write to the disk, one after the other, in a thread of its own.

    Of several that write one thing, the newest alone is called: a disk that hangs costs no memory, and loses no order.
    """

    def __init__(self) -> None:
        """The thread starts with the first `write`."""
        self._waiting: dict[str, Callable[[], None]] = {}  # what → how; begins with the oldest
        self._changed = threading.Condition()  # held while an attribute is read or written
        self._started = False
        self._working = False
        self._complaints: set[str] = set()  # what has failed already, and was logged

    def write(self, what: str, how: Callable[[], None]) -> None:
        """Call `how` soon and return at once; `what` it writes is named in the log, once, if it fails."""
        with self._changed:
            self._waiting[what] = how
            self._changed.notify_all()
            if self._started:
                return
            try:
                start_thread(self._work, "disk")
            except RuntimeError as error:  # the machine can start no more threads; the next write tries again
                self._complain(what, error)
            else:
                self._started = True

    def close(self) -> None:
        """Wait for what is left to write, GOODBYE_SECONDS at most."""
        with self._changed:
            self._changed.wait_for(lambda: not (self._waiting or self._working), GOODBYE_SECONDS)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._working = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._waiting)
                what = next(iter(self._waiting))
                how = self._waiting.pop(what)
                self._working = True
            try:
                how()
            except Exception as error:  # noqa: BLE001 # a convenience: whatever it is, the service goes on
                self._complain(what, error)

    def _complain(self, what: str, error: Exception) -> None:
        if what not in self._complaints:
            self._complaints.add(what)
            log.warning("cannot write %s: %s", what, error)
