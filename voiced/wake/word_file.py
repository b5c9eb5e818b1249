"""Reads and writes the file of a wake word of one's own: NumPy's npz without pickle, so it can run no code.

Some tens of kilobytes: the phrase, and embeddings of takes or the weights of a network. No recordings.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from voiced.errors import ModelError
from voiced.foundations.regular_file import read_regular, write_regular
from voiced.wake.embedding import EMBEDDING
from voiced.wake.network import STEPS, Network, as_bytes, from_bytes
from voiced.wake.templates import Calibration, Scale

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from voiced.wake.embedding import Features

    Stored: TypeAlias = dict[str, npt.NDArray[np.generic]]

LARGEST_BYTES = 1_000_000  # packed or unpacked; ten times a usual file
MOST_TAKES = 20
LONGEST_TAKE_FRAMES = 64  # embeddings in a take: 5.1 s
WIDEST_UNITS = 256  # of a network's layer
TAKES, NETWORK = "voiced wake word: takes, 1", "voiced wake word: network, 1"  # kinds of file
PAGE = "see `voiced manual wake-words`"


@dataclass(frozen=True, eq=False, slots=True)
class WordOfTakes:
    """A wake word that `voiced wake enroll` makes."""

    phrase: str
    takes: tuple[Features, ...]  # unit vectors, (n, 96) each
    scale: Scale
    calibration: Calibration


@dataclass(frozen=True, eq=False, slots=True)
class WordOfNetwork:
    """A wake word that `voiced wake train` makes."""

    phrase: str
    network: Network


def write(path: Path, word: WordOfTakes | WordOfNetwork) -> None:
    """Write a wake word's file atomically (rename); ModelError if it cannot be written."""
    _save(path, _stored_takes(word) if isinstance(word, WordOfTakes) else _stored_network(word))


def _stored_takes(word: WordOfTakes) -> Stored:
    return {
        "kind": np.array(TAKES),
        "phrase": np.array(word.phrase),
        "vectors": np.concatenate(word.takes).astype(np.float16),
        "lengths": np.array([len(take) for take in word.takes], np.int32),
        "scale": _stored_scale(word.scale),
        "calibration": np.stack((word.calibration.high, word.calibration.unit)).astype(np.float32),
        "offset": np.array(word.calibration.offset, np.float32),
    }


def _stored_network(word: WordOfNetwork) -> Stored:
    network = word.network
    stored: Stored = {
        "kind": np.array(NETWORK),
        "phrase": np.array(word.phrase),
        "scale": _stored_scale(network.scale),
        "calibration": np.array([network.offset, network.slope], np.float32),
    }
    for number, (weights, biases) in enumerate(network.layers):
        kept, unit = as_bytes(weights)
        stored |= {f"weights{number}": kept, f"unit{number}": unit, f"biases{number}": biases.astype(np.float32)}
    return stored


def _stored_scale(scale: Scale) -> Features:
    return np.stack((scale.mean, scale.deviation)).astype(np.float32)


def _save(path: Path, stored: Stored) -> None:
    content = BytesIO()
    np.savez_compressed(content, **stored)  # type: ignore[arg-type] # NumPy's stub takes the names for its flag
    try:
        write_regular(path, content.getvalue())
    except OSError as error:
        raise ModelError(f"{path}: cannot be written ({error.strerror})") from error


def read(path: Path) -> WordOfTakes | WordOfNetwork:
    """Return the wake word of a file; ModelError if it is missing, damaged or of another kind."""
    try:
        content = read_regular(path, LARGEST_BYTES)
    except FileNotFoundError as error:
        raise ModelError(f"{path}: no such model file") from error
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        _check_size(content)
        with np.load(BytesIO(content), allow_pickle=False) as stored:
            kind = str(stored["kind"])
            if kind == NETWORK:
                return _network({name: stored[name] for name in _NETWORK_SHAPES})
            return _takes({name: stored[name] for name in _TAKES_SHAPES})
    except Exception as error:  # zipfile, zlib and NumPy raise a dozen kinds for damaged bytes
        made_by = "`voiced wake enroll` or `voiced wake train`"
        why = str(error).partition("\n")[0]  # NumPy goes on with advice to programmers
        raise ModelError(f"{path}: is not a wake word made by {made_by} ({why}); {PAGE}") from error


def _check_size(content: bytes) -> None:
    """Raise ValueError if the archive is too large unpacked."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST_BYTES:
            raise ValueError("it is too large for one")


_TAKES_SHAPES = {
    "kind": (),
    "phrase": (),
    "vectors": (None, EMBEDDING),
    "lengths": (None,),
    "scale": (2, EMBEDDING),
    "calibration": (2, None),
    "offset": (),
}
_NETWORK_SHAPES = {
    "kind": (),
    "phrase": (),
    "scale": (2, EMBEDDING),
    "calibration": (2,),
    "weights0": (None, STEPS * EMBEDDING),
    "weights1": (None, None),
    "weights2": (1, None),
    **{f"{name}{number}": (None,) for name in ("unit", "biases") for number in range(3)},
}


def _checked(stored: Stored, shapes: dict[str, tuple[int | None, ...]], kind: str) -> dict[str, Features]:
    """Return the arrays as float32; ValueError if a kind, a shape or a number is wrong."""
    for name, shape in shapes.items():
        found = stored[name].shape
        if len(found) != len(shape) or any(
            wanted not in (None, size) for wanted, size in zip(shape, found, strict=True)
        ):
            raise ValueError(f"{name} has the shape {found}")
    if str(stored["kind"]) != kind:
        raise ValueError(f"it says {str(stored['kind'])[:40]!r}, not {kind!r}")
    numbers = {name: np.asarray(stored[name], np.float32) for name in shapes if name not in ("kind", "phrase")}
    if not all(np.isfinite(values).all() for values in numbers.values()):
        raise ValueError("some of its numbers are not finite")
    if not (numbers["scale"][1] > 0).all():
        raise ValueError("a scale that is not above zero")
    return numbers


def _takes(stored: Stored) -> WordOfTakes:
    numbers = _checked(stored, _TAKES_SHAPES, TAKES)
    lengths = [int(length) for length in stored["lengths"].astype(np.int64)]
    if not 1 <= len(lengths) <= MOST_TAKES or numbers["calibration"].shape[1] != len(lengths):
        raise ValueError(f"{len(lengths)} takes")
    if sum(lengths) != len(numbers["vectors"]) or not all(1 <= length <= LONGEST_TAKE_FRAMES for length in lengths):
        raise ValueError("its takes are not as long as it says")
    high, unit = numbers["calibration"]
    if not (unit > 0).all():
        raise ValueError("a scale that is not above zero")
    takes = tuple(np.split(numbers["vectors"], np.cumsum(lengths)[:-1]))
    calibration = Calibration(high, unit, float(numbers["offset"]))
    return WordOfTakes(str(stored["phrase"]), takes, Scale(*numbers["scale"]), calibration)


def _network(stored: Stored) -> WordOfNetwork:
    numbers = _checked(stored, _NETWORK_SHAPES, NETWORK)
    layers = []
    inputs = STEPS * EMBEDDING
    for number in range(3):
        weights, unit, biases = (numbers[f"{name}{number}"] for name in ("weights", "unit", "biases"))
        if weights.shape[1] != inputs or not 1 <= len(weights) == len(unit) == len(biases) <= WIDEST_UNITS:
            raise ValueError(f"its layer {number} does not fit the others")
        layers.append((from_bytes(weights, unit), biases))
        inputs = len(weights)
    offset, slope = (float(value) for value in numbers["calibration"])
    if slope <= 0:
        raise ValueError("a slope that is not above zero")
    first, second, third = layers
    network = Network(Scale(*numbers["scale"]), (first, second, third), offset, slope)
    return WordOfNetwork(str(stored["phrase"]), network)
