"""Which intents files a path names: itself, or those of a folder. Reads none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_MOST_FILES = 500


def files_of_all(paths: Iterable[Path], problems: list[str]) -> list[Path]:
    """The files that all of these name; `problems` grow by what is wrong with some."""
    found: list[Path] = []
    # A folder that cannot be read does not keep the others from being checked.
    for path in paths:
        try:
            found += files_of(path)
        except ConfigError as error:
            problems += error.problems
    return found


def files_of(path: Path) -> list[Path]:
    """The `*.yaml` of a folder, in the order of their names, or the path itself if it is none; raises ConfigError."""
    # One file may have any name; of a folder only YAML is meant.
    try:
        if not path.is_dir():
            return [path]
        files = sorted(file for file in path.iterdir() if _is_meant(file.name))
    # A folder without read permission, or one inside a folder that must not be entered.
    except OSError as error:
        problem = f"cannot be read: {error.strerror}; check the path and its permissions"
        raise ConfigError([f"{path}: {problem}"]) from error
    if not files:
        raise ConfigError([f"{path}: the folder holds no *.yaml; put intents there, or let `voiced init` write some"])
    # A download folder, named by mistake.
    if len(files) > _MOST_FILES:
        raise ConfigError([f"{path}: the folder holds more than {_MOST_FILES:,} *.yaml; is it the right one?"])
    return files


def _is_meant(name: str) -> bool:
    # Hidden files are editors' locks (`.#lights.yaml`) and copies (`._lights.yaml`).
    return name.endswith((".yaml", ".yml")) and not name.startswith(".")
