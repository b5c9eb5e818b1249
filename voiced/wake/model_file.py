"""Which file a wake word is in: bundled, made by `voiced wake`, or a network of openWakeWord's. Opens none of them.

Knows no NumPy and no ONNX Runtime, so that `voiced check` need not load them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.errors import ModelError
from voiced.foundations.onnx_session import packaged_model

if TYPE_CHECKING:
    from collections.abc import Iterable

BUNDLED = ("alexa", "hey_jarvis", "hey_marvin", "hey_mycroft", "timer", "weather")
SUFFIX = ".npz"  # of what `voiced wake` makes
NETWORK = ".onnx"  # of what openWakeWord does


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A wake word's."""

    name: str  # as settings and messages call it
    path: Path
    bundled: bool  # then its SHA-256 is right


def find_all(models: Iterable[str]) -> list[ModelFile]:
    """In the same order; ModelError if two have one name."""
    files = [find(model) for model in models]
    names = [file.name for file in files]
    for name in names:
        if names.count(name) > 1:
            raise ModelError(f"wake word {name!r} is listed twice; give each model once")
    return files


def find(model: str) -> ModelFile:
    """Of a bundled word by its name, or a path; ModelError names the known words."""
    if model in BUNDLED:
        return ModelFile(model, packaged_model(f"{model}_v0.1.onnx"), bundled=True)
    path = Path(model).expanduser()
    if path.suffix not in (SUFFIX, NETWORK):
        raise ModelError(
            f"unknown wake word {model!r}; known are {', '.join(BUNDLED)}, "
            f"or the path of an {NETWORK} file or of an {SUFFIX} file that `voiced wake enroll` or `train` made"
        )
    if not path.is_file():
        raise ModelError(f"{path}: no such model file")
    return ModelFile(path.stem, path, bundled=False)
