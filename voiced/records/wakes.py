"""Keeps the last detections, accepted or rejected, so that `voiced wake bad` can mark one as wrong.

A record holds 2.6 s of embeddings, the input of a wake word's head, and no sound. Wakes marked as wrong have a file of
their own for each word; the next training or enrolment of that word learns from them.
"""

from __future__ import annotations

import logging
import os
import re
import time
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiced.errors import VoicedError
from voiced.wake import tuning
from voiced.wake.embedding import EMBEDDING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.flow import Detection
    from voiced.wake.embedding import Features

log = logging.getLogger(__name__)

KEPT_WAKES = 10  # newest detections of all words
KEPT_WRONG_WAKES = 60  # newest wakes marked as wrong, of each word
FILE = "wakes.npz"


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

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._wakes: list[WakeRecord] | None = None
        self._complained = False

    def remember(self, detection: Detection, *, accepted: bool) -> None:
        """Add a wake to the file; a file that cannot be written is logged once."""
        if detection.heard is None:
            return
        if self._wakes is None:
            self._wakes = read(self._file)
        wake = WakeRecord(detection.wake_word, time.time(), detection.score, accepted, detection.heard)
        self._wakes = [*self._wakes, wake][-KEPT_WAKES:]
        try:
            _write(self._file, self._wakes)
        except OSError as error:
            if not self._complained:
                log.warning("cannot remember wakes for `voiced wake bad`: %s", error)
            self._complained = True


def folders() -> list[Path]:
    """Return the folders that may hold wakes: systemd's for this process, the user's, the system service's."""
    given = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    user = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return [*([Path(given)] if given else []), Path(user).expanduser() / "voiced", Path("/var/lib/voiced")]


def read(file: Path) -> list[WakeRecord]:
    """Return the wakes of a file, the newest last; empty if it is missing or damaged."""
    try:
        with np.load(BytesIO(file.read_bytes()), allow_pickle=False) as stored:
            words, numbers, heard = stored["words"], stored["numbers"], stored["heard"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return []
    if numbers.shape != (len(words), 3) or heard.shape != (len(words), tuning.REMEMBERED_FRAMES, EMBEDDING):
        return []
    return [
        WakeRecord(str(word), float(at), float(score), bool(accepted), np.asarray(each, np.float32))
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
    """Write a file atomically (rename), readable by its owner only."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partly = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(partly, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            np.savez_compressed(
                stream,
                words=np.array([wake.wake_word for wake in wakes]),
                numbers=np.array([(wake.at, wake.score, wake.accepted) for wake in wakes], np.float64),
                heard=np.stack([wake.heard for wake in wakes]).astype(np.float16),
            )
        partly.replace(file)
    finally:
        partly.unlink(missing_ok=True)
