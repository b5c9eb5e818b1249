"""Where the files of a model lie, and whether they are what was published. Knows no torch and no format."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.whisper.loading import checkpoints

if TYPE_CHECKING:
    from voiced.whisper.loading.checkpoints import Packaged, Published


@dataclass(frozen=True, slots=True)
class Located:
    """A model that is there. If it comes in parts, `path` is the first."""

    name: str
    path: Path
    published: Published | None = None  # what is known about it by name; None: a path was given
    packaged: Packaged | None = None  # it comes with an installed Python package

    def check(self) -> None:
        """ValueError if a file is not, byte for byte, the one that was published; OSError if it cannot be read."""
        if self.packaged:
            for file in self.packaged.files:
                check_sha256(file.path, file.sha256)
        elif self.published:
            check_sha256(self.path, self.published.sha256)


def locate(name_or_path: str, folder: Path | None = None) -> Located:
    """Find a model; ValueError if it is not there. A known name wins over a file of that name; `./base` means the file.

    `folder` is where downloaded models lie, by default `checkpoints.default_folder()`.
    """
    path = Path(name_or_path).expanduser()
    if name_or_path not in checkpoints.names() and (path.exists() or "/" in name_or_path):
        return Located(path.name, path)
    model = checkpoints.find(name_or_path, folder)
    if not model.installed:
        raise ValueError(f"the model {model.name} is not installed; get it with: {model.how_to_get}")
    packaged = checkpoints.PACKAGED.get(model.name)
    if packaged and not packaged.is_installed:
        packaged = None
    return Located(model.name, model.installed[0], checkpoints.published(model.name), packaged)


def check_sha256(path: Path, expected: str) -> None:
    """Refuse a file that is not, byte for byte, the one that was published."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        raise ValueError(
            f"{path} is not the published file (its SHA-256 is {found[:12]}…, not {expected[:12]}…); get it again"
        )
