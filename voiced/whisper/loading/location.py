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
    """The files of a model that is there."""

    name: str
    path: Path  # a file or folder; of a model that comes in parts, the first part
    published: Published | None = None  # what is known about it by name; None: a path was given
    packaged: Packaged | None = None  # the installed Python package that carries it; None: none does

    def check(self) -> None:
        """Raise ValueError if a file is not, byte for byte, the published one; OSError if it cannot be read."""
        # Of a path that somebody gave, nothing is known.
        if self.packaged:
            for file in self.packaged.files:
                check_sha256(file.path, file.sha256)
        elif self.published:
            check_sha256(self.path, self.published.sha256)


def locate(name_or_path: str, folder: Path | None = None) -> Located:
    """Find a model by name or path. A known name wins over a file of that name; `./base` means the file.

    `folder` is where downloaded models lie, by default `checkpoints.default_folder()`. Raises ValueError if there is no
    such model, with the command that installs it.
    """
    # A path is what exists, or looks like one; that it does not exist is told when it is read.
    # "~" is a home folder, here as in a shell.
    try:
        path = Path(name_or_path).expanduser()
    except RuntimeError as error:
        raise ValueError(f"there is no user {name_or_path.partition('/')[0]!r}; write the whole path") from error
    if name_or_path not in checkpoints.names() and (path.exists() or "/" in name_or_path):
        return Located(path.name, path)
    model = checkpoints.find(name_or_path, folder)
    if not model.installed:
        raise ValueError(f"the model {model.name} is not installed; get it with: {model.how_to_get}")
    # A package wins over a download, as it does in `checkpoints.find`.
    packaged = checkpoints.PACKAGED.get(model.name)
    if packaged and not packaged.is_installed:
        packaged = None
    return Located(model.name, model.installed[0], checkpoints.published(model.name), packaged)


def check_sha256(path: Path, expected: str) -> None:
    """Raise ValueError if the file's SHA-256, in hexadecimal, is not the expected one; OSError if it is unreadable."""
    # Read in blocks: large has 3 GB.
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        raise ValueError(
            f"{path} is not the published file (its SHA-256 is {found[:12]}…, not {expected[:12]}…); get it again"
        )
