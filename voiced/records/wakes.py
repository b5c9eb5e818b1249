"""The last wakes, believed or refused, for whoever says later that one was wrong (`voiced wake bad`).

Kept is what a wake word's network looks at, 2.6 s of embeddings of each, and no sound. What was marked as wrong is kept
apart, by word, and is what the next training or enrolment of the word learns from.
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

KEPT_WAKES = 10  # wakes that are kept
KEPT_WRONG_WAKES = 60  # wakes of a word that are kept as wrong
FILE = "wakes.npz"


@dataclass(frozen=True, eq=False, slots=True)
class WakeRecord:
    """Something that sounded like a wake word."""

    wake_word: str
    at: float  # seconds since 1970
    score: float
    accepted: bool
    heard: Features  # (tuning.REMEMBERED_FRAMES, 96)


class WakeMemory:
    """Keeps the last wakes of a running daemon in a file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._wakes: list[WakeRecord] | None = None
        self._complained = False

    def remember(self, detection: Detection, *, accepted: bool) -> None:
        """Keep one more; a folder that cannot be written is a warning, once."""
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
                log.warning("the last wakes cannot be kept for `voiced wake bad`: %s", error)
            self._complained = True


def folders() -> list[Path]:
    """Where a daemon may keep them: what systemd gives this one, the user's, and the system service's."""
    given = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    user = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return [*([Path(given)] if given else []), Path(user).expanduser() / "voiced", Path("/var/lib/voiced")]


def read(file: Path) -> list[WakeRecord]:
    """The wakes of a file, the newest last; none if there is no such file, or it is damaged."""
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
    """Of the first folder in which there are some; VoicedError if there are none."""
    for folder in folders():
        if wakes := read(folder / FILE):
            return folder, wakes
    raise VoicedError(
        "no wakes are remembered: the daemon has heard none yet, or remembers none (wake_word.remember), "
        "or they may not be read (a system service's need sudo)"
    )


def mark_as_wrong(folder: Path, wake: WakeRecord) -> int:
    """Keep a wake for the next training of its word; how many of the word there are."""
    file = _wrong_file(folder, wake.wake_word)
    wakes = [*read(file), wake][-KEPT_WRONG_WAKES:]
    try:
        _write(file, wakes)
    except OSError as error:
        raise VoicedError(f"{file}: cannot be written ({error.strerror}); a system service's need sudo") from error
    return len(wakes)


def wrong_wakes(wake_word: str) -> Features:
    """What was marked as wrong of a word, (n, tuning.REMEMBERED_FRAMES, 96), in any of the folders."""
    found = [wake.heard for folder in folders() for wake in read(_wrong_file(folder, wake_word))]
    return np.stack(found) if found else np.zeros((0, tuning.REMEMBERED_FRAMES, EMBEDDING), np.float32)


def _wrong_file(folder: Path, wake_word: str) -> Path:
    name = re.sub(r"[^\w-]", "_", wake_word)
    return folder / f"wrong_{name}.npz"


def _write(file: Path, wakes: Sequence[WakeRecord]) -> None:
    """As a whole or not at all; for the user's eyes only."""
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
