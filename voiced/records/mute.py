"""Remembers over restarts that the microphone was muted: a muted house must not listen again after a power cut.

A file that is there means muted, whatever it holds. So it cannot be damaged: a power cut in the middle leaves either
the state before or the state after.
"""

from __future__ import annotations

import logging
import os
import re
from typing import TYPE_CHECKING

from voiced.records.state import commit

if TYPE_CHECKING:
    from pathlib import Path

    from voiced.records.state import Writer

log = logging.getLogger(__name__)

LONGEST_NAME = 60  # characters of the site in the file's name; file systems take 255 bytes


class MuteMemory:
    """Keeps the mute of one site in the state folder."""

    def __init__(self, folder: Path, site: str, writer: Writer) -> None:
        name = re.sub(r"[^\w-]", "_", site)[:LONGEST_NAME]
        self._file = folder / f"muted_{name}"
        self._writer = writer

    def muted(self) -> bool:
        """Return whether the site was muted; a folder that cannot be looked into is a warning, and counts as no."""
        try:
            self._file.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            log.warning("cannot tell whether the microphone was muted: %s", error)
            return False
        return True

    def remember(self, *, muted: bool) -> None:
        """Keep this for the next start; returns at once."""
        self._writer.write("whether the microphone is muted", self._create if muted else self._remove)

    def _create(self) -> None:
        if os.path.lexists(self._file):  # whatever it is, a FIFO or a folder: it means muted
            return
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o600))
        commit(self._file.parent)

    def _remove(self) -> None:
        if self._file.is_dir() and not self._file.is_symlink():
            self._file.rmdir()
        else:
            self._file.unlink(missing_ok=True)
        if self._file.parent.is_dir():
            commit(self._file.parent)
