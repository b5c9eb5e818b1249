"""Reads a token that the config names: from a file of its own, or from a systemd credential."""

from __future__ import annotations

import os
from pathlib import Path

from voiced.errors import ConfigError
from voiced.foundations.regular_file import read_regular

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
