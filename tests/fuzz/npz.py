"""Fuzz target: NumPy's files, of wake words and of the last wakes. Each is read, refused in one line, or forgotten."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from tests.wake.words import word_of_network, word_of_takes
from voiced.errors import ModelError
from voiced.records import wakes
from voiced.wake import tuning, word_file
from voiced.wake.embedding import EMBEDDING

WORDS = (
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"\x93NUMPY",
    b"<f4",
    b"|O",
    b"'shape': (",
    b"99999999",
    b"\xff\xff\xff\xff",
)
FOUND: tuple[bytes, ...] = ()


def seeds() -> list[bytes]:
    """Return whole files behind a byte that says what they are, and each with zeros in it, as after a power cut."""
    folder = _folder()
    whole = []
    for word in (word_of_takes(), word_of_network()):
        word_file.write(folder / "seed.npz", word)
        whole.append(b"\0" + (folder / "seed.npz").read_bytes())
    np.savez_compressed(
        folder / "seed.npz",
        words=np.array(["alexa", "timer"]),
        numbers=np.array([[1.7e9, 0.9, 1.0], [1.7e9, 0.4, 0.0]]),
        heard=np.ones((2, tuning.REMEMBERED_FRAMES, EMBEDDING), np.float16),
    )
    whole.append(b"\1" + (folder / "seed.npz").read_bytes())
    zeroed = [data[:100] + bytes(512) + data[612:] for data in whole]
    return [*whole, *zeroed, *FOUND]


def target(data: bytes) -> None:
    """Read a file as what its first byte says."""
    path = _folder() / "file.npz"
    path.write_bytes(data[1:])
    if data[:1] == b"\1":
        for wake in wakes.read(path):
            assert wake.heard.shape == (tuning.REMEMBERED_FRAMES, EMBEDDING)
            assert np.isfinite(wake.heard).all()
        return
    try:
        word_file.read(path)
    except ModelError as error:
        assert "\n" not in str(error)


@cache
def _folder() -> Path:
    return Path(mkdtemp(prefix=f"voiced-fuzz-{os.getpid()}-"))
