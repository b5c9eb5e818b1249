"""Where files lie: the example config, intents and units that ship with the package, and the user's own settings.

Knows no settings, so that a command which finds none need not load what reads them: 10 MB and a fifth of a second.
"""

from __future__ import annotations

from pathlib import Path

PLACES = (Path("config.yaml"), Path("~/.config/voiced/config.yaml"), Path("/etc/voiced/config.yaml"))
MODEL = "tiny.en"  # comes with the installation


def shipped(name: str) -> Path:
    """Path of a shipped file or folder: `intents`, `systemd`, `config.example.yaml`.

    A wheel carries them in `voiced/share`; a checkout, and so an editable installation, has them beside the package.
    """
    package = Path(__file__).parents[1]
    installed = package / "share" / name
    return installed if installed.exists() else package.parent / name


def find_config(asked_for: Path | None) -> Path | None:
    """Return the config file to read: the one asked for, else the first of PLACES that exists, else none."""
    if asked_for is not None:
        return asked_for
    return next((place for place in map(_without_tilde, PLACES) if place and _may_be_there(place)), None)


def _without_tilde(path: Path) -> Path | None:
    try:
        return path.expanduser()
    except RuntimeError:  # a user without a home
        return None


def _may_be_there(path: Path) -> bool:
    """Whether a file is there, or its folder cannot be looked into: whoever reads it then tells why it cannot."""
    try:
        return path.is_file()
    except OSError:
        return True
