"""Finds a wake word's file: ours, made by `voiced wake`, or a network of openWakeWord. Opens none.

Imports neither NumPy nor ONNX Runtime, so that `voiced check` stays quick.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.errors import ModelError
from voiced.foundations.onnx_session import openwakeword_model, shipped_model

if TYPE_CHECKING:
    from collections.abc import Iterable

SHIPPED = ("hey_jarvis",)  # tests/sounds/make_hey_jarvis.py made it
OPENWAKEWORD = ("alexa", "hey_marvin", "hey_mycroft", "timer", "weather")  # where its package is installed
SUFFIX = ".npz"  # files that `voiced wake enroll` and `train` make
NETWORK = ".onnx"  # files of openWakeWord


@dataclass(frozen=True, slots=True)
class ModelFile:
    """Where a wake word is stored."""

    name: str  # in settings and MQTT events
    path: Path
    bundled: bool  # comes with a package, and its SHA-256 has been checked

    @property
    def non_commercial(self) -> bool:
        """Whether it is one of openWakeWord's, which are CC BY-NC-SA 4.0."""
        return self.bundled and self.path.suffix == NETWORK


def find_all(models: Iterable[str]) -> list[ModelFile]:
    """Return the file of each model, in order; ModelError if two have one name."""
    files = [find(model) for model in models]
    names = [file.name for file in files]
    for name in names:
        if names.count(name) > 1:
            raise ModelError(f"wake word {name!r} is listed twice; give each model once")
    return files


def find(model: str) -> ModelFile:
    """Return the file of a bundled word's name, or of a path; ModelError if there is none, with the known names."""
    if model in SHIPPED:
        return ModelFile(model, shipped_model(model + SUFFIX), bundled=True)
    if model in OPENWAKEWORD:
        return ModelFile(model, openwakeword_model(f"{model}_v0.1.onnx"), bundled=True)
    try:
        path = Path(model).expanduser()
    except RuntimeError as error:
        raise ModelError(f"there is no user {model.partition('/')[0]!r}; write the whole path") from error
    if path.suffix not in (SUFFIX, NETWORK):
        raise ModelError(
            f"unknown wake word {model!r}; known are {', '.join((*SHIPPED, *OPENWAKEWORD))}, "
            f"or the path of an {NETWORK} file or of an {SUFFIX} file that `voiced wake enroll` or `train` made; "
            "see `voiced manual wake-words`"
        )
    try:
        is_file = path.is_file()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror})") from error
    if not is_file:
        raise ModelError(f"{path}: no such model file")
    return ModelFile(path.stem, path, bundled=False)
