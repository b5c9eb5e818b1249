"""Fuzz target: recordings. Whatever they are, what is there is heard, or one sentence says that nothing can be."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import soundfile

from voiced.audio import sound_file
from voiced.errors import AudioError

FORMATS = ("wav", "flac", "ogg", "mp3", "aiff")
WORDS = (
    b"RIFF",
    b"data",
    b"fmt ",
    b"fLaC",
    b"OggS",
    b"ID3\x04",
    b"\xff\xfb\x90\x64",
    b"Xing",
    b"FORM",
    b"\xff\xff\xff\xff",
    b"\0\0\0\0",
)
FOUND: tuple[bytes, ...] = ()


def seeds() -> list[bytes]:
    """Return a second of a tone in each format, behind a byte that says which name it gets."""
    tone = 0.3 * np.sin(np.arange(8_000) / 10, dtype=np.float32)
    whole = []
    for number, suffix in enumerate(FORMATS):
        soundfile.write(_folder() / f"seed.{suffix}", np.stack((tone, tone), 1) if number % 2 else tone, 8_000)
        whole.append(bytes([number]) + (_folder() / f"seed.{suffix}").read_bytes())
    return [*whole, *(data[: len(data) // 2] for data in whole), *FOUND]


def target(data: bytes) -> None:
    """Read a recording as a command, and as what is there of it."""
    path = _folder() / f"file.{FORMATS[data[0] % len(FORMATS)] if data else 'wav'}"
    path.write_bytes(data[1:])
    for read in (sound_file.read, sound_file.read_what_is_there):
        try:
            samples = read(path)
        except AudioError as error:
            assert "\n" not in str(error)
        else:
            assert np.isfinite(samples).all()


@cache
def _folder() -> Path:
    return Path(mkdtemp(prefix=f"voiced-fuzz-{os.getpid()}-"))
