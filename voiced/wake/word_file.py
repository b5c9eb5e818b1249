"""The file of an enrolled wake word: numbers and a phrase, in NumPy's format without pickle, so it can run no code.

Some tens of kilobytes. It holds what is made of the recordings, not the recordings.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from voiced.errors import ModelError
from voiced.wake.embedding import EMBEDDING
from voiced.wake.enrolment import MOST
from voiced.wake.templates import Calibration, Scale

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from voiced.wake.embedding import Features
    from voiced.wake.enrolment import Enrolled

SUFFIX = ".npz"
LARGEST = 1_000_000  # bytes; such a file has a tenth of it
LONGEST_TAKE = 64  # vectors
KIND = "voiced wake word: takes, 1"


@dataclass(frozen=True, eq=False, slots=True)
class WordFile:
    """What is in it."""

    phrase: str
    takes: tuple[Features, ...]  # directions, (n, 96) each
    scale: Scale
    calibration: Calibration


def write(path: Path, phrase: str, scale: Scale, enrolled: Enrolled) -> None:
    """Keep a wake word; the file is there as a whole or not at all."""
    calibration = enrolled.calibration
    partly = path.with_name(path.name + ".part")
    try:
        with partly.open("wb") as file:
            np.savez_compressed(
                file,
                kind=np.array(KIND),
                phrase=np.array(phrase),
                vectors=np.concatenate(enrolled.takes).astype(np.float16),
                lengths=np.array([len(take) for take in enrolled.takes], np.int32),
                scale=np.stack((scale.mean, scale.deviation)).astype(np.float32),
                calibration=np.stack((calibration.high, calibration.unit)).astype(np.float32),
                offset=np.array(calibration.offset, np.float32),
            )
        partly.replace(path)
    except OSError as error:
        raise ModelError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        partly.unlink(missing_ok=True)


def read(path: Path) -> WordFile:
    """ModelError, with one sentence, if it is not such a file."""
    if not path.is_file():
        raise ModelError(f"{path}: no such model file")
    content = path.read_bytes()
    try:
        _check_size(content)
        with np.load(BytesIO(content), allow_pickle=False) as stored:
            return _understood({name: stored[name] for name in _SHAPES})
    except (OSError, ValueError, KeyError, EOFError, TypeError, zlib.error, zipfile.BadZipFile) as error:
        raise ModelError(f"{path}: is not a wake word made by `voiced wake enroll` ({error})") from error


def _check_size(content: bytes) -> None:
    """Packed and unpacked."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        if max(len(content), sum(member.file_size for member in archive.infolist())) > LARGEST:
            raise ValueError("it is too large for one")


_SHAPES = {
    "kind": (),
    "phrase": (),
    "vectors": (None, EMBEDDING),
    "lengths": (None,),
    "scale": (2, EMBEDDING),
    "calibration": (2, None),
    "offset": (),
}


def _understood(stored: dict[str, npt.NDArray[np.generic]]) -> WordFile:
    for name, shape in _SHAPES.items():
        found = stored[name].shape
        if len(found) != len(shape) or any(
            wanted not in (None, size) for wanted, size in zip(shape, found, strict=True)
        ):
            raise ValueError(f"{name} has the shape {found}")
    if str(stored["kind"]) != KIND:
        raise ValueError(f"it says {str(stored['kind'])[:40]!r}, not {KIND!r}")
    numbers = {name: np.asarray(stored[name], np.float32) for name in ("vectors", "scale", "calibration", "offset")}
    if not all(np.isfinite(values).all() for values in numbers.values()):
        raise ValueError("some of its numbers are not finite")
    lengths = [int(length) for length in stored["lengths"].astype(np.int64)]
    if not 1 <= len(lengths) <= MOST or numbers["calibration"].shape[1] != len(lengths):
        raise ValueError(f"{len(lengths)} takes")
    if sum(lengths) != len(numbers["vectors"]) or not all(1 <= length <= LONGEST_TAKE for length in lengths):
        raise ValueError("its takes are not as long as it says")
    mean, deviation = numbers["scale"]
    high, unit = numbers["calibration"]
    if not (deviation > 0).all() or not (unit > 0).all():
        raise ValueError("a scale that is not above zero")
    takes = tuple(np.split(numbers["vectors"], np.cumsum(lengths)[:-1]))
    calibration = Calibration(high, unit, float(numbers["offset"]))
    return WordFile(str(stored["phrase"]), takes, Scale(mean, deviation), calibration)
