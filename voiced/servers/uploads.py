"""Recordings that come in a request → samples. Written to a file for decoding, which is gone at once."""

from __future__ import annotations

import tempfile
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.audio import sound_file
from voiced.errors import AudioError, VoicedError
from voiced.flow import SAMPLE_RATE
from voiced.servers.engine import BusyError

if TYPE_CHECKING:
    from fastapi import UploadFile

    from voiced.flow import Samples
    from voiced.servers.engine import Engine


MOST_COMMAND_MINUTES, MOST_MINUTES = 5, 120  # of a command; of all recordings that are there at once, 460 MB


class Recordings:
    """Counts the sound that is held for others: decoded, a small file may be of many hours."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # held while the next is read and written; any thread may let go of sound
        self._n_samples = 0

    async def read(self, file: UploadFile, engine: Engine) -> Samples:
        """Return what is there of a recording, mono at 16 kHz, shape (samples,). AudioError, BusyError."""
        content = await file.read()
        samples = await engine.run(lambda: _decoded(content, file.filename, whole=False))
        with self._lock:
            if self._n_samples and self._n_samples + len(samples) > MOST_MINUTES * 60 * SAMPLE_RATE:
                raise BusyError("too much sound at once; try again later")
            self._n_samples += len(samples)
        weakref.finalize(samples, self._let_go, len(samples)).atexit = False
        return samples

    def _let_go(self, n_samples: int) -> None:
        with self._lock:
            self._n_samples -= n_samples


async def command_of(file: UploadFile, engine: Engine) -> Samples:
    """Return the sound of a command, mono at 16 kHz, shape (samples,). AudioError if it is damaged."""
    content = await file.read()
    return await engine.run(lambda: _decoded(content, file.filename, whole=True))


def _decoded(content: bytes, name: str | None, *, whole: bool) -> Samples:
    try:
        with tempfile.TemporaryDirectory(prefix="voiced-") as folder:
            path = Path(folder) / "recording"
            path.write_bytes(content)
            try:
                if whole:
                    return sound_file.read(path, MOST_COMMAND_MINUTES)
                return sound_file.read_what_is_there(path, MOST_MINUTES)
            except AudioError as error:
                # Whoever sent it knows it by its own name.
                raise AudioError(str(error).replace(str(path), Path(name or "file").name)) from error
    except OSError as error:
        raise VoicedError(f"cannot keep what was sent: {error.strerror}") from error
