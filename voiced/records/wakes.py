"""Keeps the last detections, accepted or rejected, so that `voiced wake bad` can mark one as wrong.

A record holds 2.6 s of embeddings, the input of a wake word's head, and no sound. Wakes marked as wrong have a file of
their own for each word; the next training or enrolment of that word learns from them.
"""

from __future__ import annotations

import logging
import re
import time
import zipfile
from collections import deque
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from voiced.errors import VoicedError
from voiced.foundations.regular_file import read_regular
from voiced.foundations.terminal import printable
from voiced.records.state import folders, write_bytes
from voiced.wake import tuning
from voiced.wake.embedding import EMBEDDING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from voiced.flow import Detection
    from voiced.records.state import Writer
    from voiced.wake.embedding import Features

log = logging.getLogger(__name__)

KEPT_WAKES = 10  # newest detections of all words
KEPT_WRONG_WAKES = 60  # newest wakes marked as wrong, of each word
FILE = "wakes.npz"
LARGEST_FILE_BYTES = 4_000_000  # packed or not; 60 wakes take 0.4 MB
LATEST = 1e11  # Unix time in seconds, of the year 5138: a damaged number is mostly larger


@dataclass(frozen=True, eq=False, slots=True)
class WakeRecord:
    """A remembered detection."""

    wake_word: str
    at: float  # Unix time in seconds
    score: float
    accepted: bool
    heard: Features  # (tuning.REMEMBERED_FRAMES, 96) embeddings


class WakeMemory:
    """Writes the last wakes of a running daemon to a file."""

    def __init__(self, folder: Path, writer: Writer) -> None:
        self._file = folder / FILE
        self._writer = writer
        self._new: deque[WakeRecord] = deque(maxlen=KEPT_WAKES)  # not written yet
        self._wakes: list[WakeRecord] | None = None  # written, or read; None: not looked at yet

    def remember(self, detection: Detection, *, accepted: bool) -> None:
        """Add a wake to the file; returns at once."""
        if detection.heard is None:
            return
        wake = WakeRecord(detection.wake_word, time.time(), detection.score, accepted, detection.heard)
        self._new.append(wake)
        self._writer.write("the last wakes, for `voiced wake bad`", self._write)

    def _write(self) -> None:
        if self._wakes is None:
            self._wakes = read(self._file)
        while self._new:
            self._wakes = [*self._wakes, self._new.popleft()][-KEPT_WAKES:]
        _write(self._file, self._wakes)


def read(file: Path) -> list[WakeRecord]:
    """Return the wakes of a file, the newest last; empty if it is missing or damaged."""
    try:
        return _parsed(read_regular(file, LARGEST_FILE_BYTES))
    except OSError:
        return []
    except Exception as error:  # noqa: BLE001 # zipfile, zlib and NumPy raise a dozen kinds for damaged bytes
        log.warning("%s is damaged; the wakes in it are forgotten: %s", file, error)
        return []


def _parsed(content: bytes) -> list[WakeRecord]:
    """Return the wakes in the content of a file; any exception if it is damaged."""
    unpacked = sum(part.file_size for part in zipfile.ZipFile(BytesIO(content)).infolist())
    if unpacked > LARGEST_FILE_BYTES:
        raise ValueError(f"it unpacks to {unpacked} bytes")
    with np.load(BytesIO(content), allow_pickle=False) as stored:
        words, numbers, heard = stored["words"], stored["numbers"], stored["heard"]
    if numbers.shape != (len(words), 3) or heard.shape != (len(words), tuning.REMEMBERED_FRAMES, EMBEDDING):
        raise ValueError("its arrays have other shapes")
    if not (np.isfinite(numbers).all() and np.isfinite(heard).all() and np.abs(numbers).max(initial=0) < LATEST):
        raise ValueError("its numbers cannot be")
    return [
        WakeRecord(printable(str(word)), float(at), float(score), bool(accepted), np.asarray(each, np.float32))
        for word, (at, score, accepted), each in zip(words, numbers, heard, strict=True)
    ]


def last_wakes() -> tuple[Path, list[WakeRecord]]:
    """Return the first folder that has wakes, and these; VoicedError if none has."""
    for folder in folders():
        if wakes := read(folder / FILE):
            return folder, wakes
    raise VoicedError(
        "no wakes are remembered: the daemon has heard none yet, or remembers none (wake_word.remember), "
        "or they may not be read (a system service's need sudo); see `voiced manual wake-words`"
    )


def mark_as_wrong(folder: Path, wake: WakeRecord) -> int:
    """Store a wake for the next training of its word; returns how many of that word are stored."""
    file = _wrong_file(folder, wake.wake_word)
    wakes = [*read(file), wake][-KEPT_WRONG_WAKES:]
    try:
        _write(file, wakes)
    except OSError as error:
        raise VoicedError(f"{file}: cannot be written ({error.strerror}); a system service's need sudo") from error
    return len(wakes)


def wrong_wakes(wake_word: str) -> Features:
    """Return the embeddings (n, tuning.REMEMBERED_FRAMES, 96) of a word's wakes that were marked as wrong."""
    found = [wake.heard for folder in folders() for wake in read(_wrong_file(folder, wake_word))]
    return np.stack(found) if found else np.zeros((0, tuning.REMEMBERED_FRAMES, EMBEDDING), np.float32)


def _wrong_file(folder: Path, wake_word: str) -> Path:
    name = re.sub(r"[^\w-]", "_", wake_word)
    return folder / f"wrong_{name}.npz"


def _write(file: Path, wakes: Sequence[WakeRecord]) -> None:
    packed = BytesIO()
    np.savez_compressed(
        packed,
        words=np.array([wake.wake_word for wake in wakes]),
        numbers=np.array([(wake.at, wake.score, wake.accepted) for wake in wakes], np.float64),
        heard=np.stack([wake.heard for wake in wakes]).astype(np.float16),
    )
    write_bytes(file, packed.getvalue())
