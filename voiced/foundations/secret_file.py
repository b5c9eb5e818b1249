"""Reads a token that the config names, from a file of its own or a systemd credential; tells which files are open."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.errors import ConfigError
from voiced.foundations.regular_file import read_regular

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST_BYTES = 4_096


def read_token(section: str, file: Path | None, credential: str | None) -> str:
    """Return the token that `section` of the config names; empty if it names none. ConfigError."""
    if credential is not None:
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        if folder is None:
            advice = f"run as a systemd service with LoadCredential={credential}:FILE, or use token_file"
            raise ConfigError([f"{section}.credential {credential!r} is not there; {advice}"])
        return _read(Path(folder) / credential, f"{section}.credential")
    return _read(file, f"{section}.token_file") if file else ""


def exposed(secrets: Mapping[str, Path | None]) -> list[str]:
    """Return a sentence for each file, by its setting, that other accounts of this machine may read."""
    return [
        f"{setting}: every account of this machine may read {file}; do: chmod o-rwx {shlex.quote(str(file))}"
        for setting, file in secrets.items()
        if file and _others_may_read(file)
    ]


def _others_may_read(file: Path) -> bool:
    try:
        return bool(file.stat().st_mode & stat.S_IROTH)
    except OSError:  # whoever reads it says what is wrong
        return False


def _read(path: Path, setting: str) -> str:
    try:
        token = read_regular(path, _LONGEST_BYTES).decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise ConfigError([f"{setting}: {path} holds other characters than ASCII has"]) from error
    except OSError as error:
        raise ConfigError([f"{setting}: cannot read {path}: {error.strerror}"]) from error
    if not token:
        raise ConfigError([f"{setting}: {path} is empty; write the token into it"])
    return token
