"""Reads a checkpoint as OpenAI publishes it: one `.pt` with the dimensions and the parameters by their names.

Such a file is a pickle, which can hold code: only tensors and plain values are let through. Does not check that the
parameters are complete (see `parameters`). The format carries no vocabulary.
"""

from __future__ import annotations

import pickle
import warnings
from dataclasses import fields
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, BadZipFile, ZipFile, is_zipfile

import torch

from voiced.whisper.dimensions import Dimensions
from voiced.whisper.loading.parameters import StoredWeights, as_parameter, check_dimensions, check_shapes
from voiced.whisper.loading.plain_files import check_kind

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path, dtype: torch.dtype | None) -> StoredWeights:
    """Read a `.pt` file.

    `dtype`: the floating-point type that parameters are converted to, None: as they are. Raises ValueError if this is
    no Whisper or is damaged, OSError if it cannot be read.
    """
    # A dictionary of two: `dims` (name → number) and `model_state_dict` (name → tensor).
    content = unpickle(path)
    dims = _dimensions(content, path)
    state = content.get("model_state_dict")
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise ValueError(f"{path} has no model_state_dict of tensors, so it is not an OpenAI Whisper checkpoint")
    # Names and shapes before any number is converted: a forged file may show few numbers many times.
    state = {str(name): tensor for name, tensor in state.items()}
    check_shapes(state, dims, str(path))
    parameters = {name: as_parameter(tensor, dtype, f"{path}: {name}") for name, tensor in state.items()}
    return StoredWeights(dims, parameters, vocabulary=None, settings=None)


def unpickle(path: Path) -> dict[str, object]:
    """Read the dictionary in a file of torch's; ValueError if there is none, or if it holds more than plain tensors."""
    check_kind(path)
    # Torch has written zip archives since 1.6, which can be mapped instead of read.
    is_archive = _is_archive(path)
    with path.open("rb") as file:
        # An archive's table stands at its end: one that only begins like an archive has lost it.
        if file.read(2) == b"PK" and not is_archive:
            raise ValueError(f"{path} is cut short: it has only {path.stat().st_size} bytes; get the model again")
    if is_archive:
        _check_archive(path)
    # `weights_only`: a pickle may run code when it is read, and this unpickler does not let it. What it warns of, as of
    # how a pickle was written, is either read all the same, or told below.
    try:
        with warnings.catch_warnings(action="ignore"):
            content = torch.load(path, map_location="cpu", weights_only=True, mmap=is_archive)
    except OSError:
        raise
    except pickle.UnpicklingError as error:
        raise ValueError(
            f"{path} is not a checkpoint of plain tensors; a file that needs more could run code, so it is not read "
            "(a model trained elsewhere may be converted to safetensors)"
        ) from error
    # A broken file may fail anywhere inside torch: RuntimeError, EOFError, KeyError, …
    except Exception as error:
        raise ValueError(f"{path} is damaged or not a PyTorch checkpoint; get the model again") from error
    if isinstance(content, dict):
        return content
    raise ValueError(f"{path} is not a checkpoint: it holds a {type(content).__name__}")


def _is_archive(path: Path) -> bool:
    try:
        return is_zipfile(path)
    except BadZipFile:  # an end that claims to be of several disks
        return False


def _check_archive(path: Path) -> None:
    """Raise ValueError for an archive that would grow when it is read: torch compresses nothing."""
    try:
        with ZipFile(path) as archive:
            entries = archive.infolist()
    # A damaged table of contents may be anything: BadZipFile, struct.error, OSError for a place before the file, …
    except Exception as error:
        raise ValueError(f"{path} is damaged or not a PyTorch checkpoint; get the model again") from error
    # Compressed, a few bytes could stand for gigabytes.
    if any(entry.compress_type != ZIP_STORED or entry.file_size > entry.compress_size for entry in entries):
        raise ValueError(f"{path} is a compressed archive, not a PyTorch checkpoint; unpack it")


def _dimensions(content: dict[str, object], path: Path) -> Dimensions:
    """Take the dimensions out of the checkpoint; ValueError unless all are there, by OpenAI's names."""
    stored = content.get("dims")
    # A missing or additional dimension means another architecture.
    names = [field.name for field in fields(Dimensions)]
    if not isinstance(stored, dict) or sorted(stored) != sorted(names):
        raise ValueError(
            f"{path} does not say its dimensions (dims) as OpenAI's Whisper checkpoints do; "
            "of a model by Hugging Face's library give the folder, with config.json in it"
        )
    dims = Dimensions(**stored)
    check_dimensions(dims, str(path))
    return dims
