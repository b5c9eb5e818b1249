"""Where the files that ship with the package lie: example config, intents, units; in a wheel or in a checkout."""

from __future__ import annotations

from pathlib import Path


def shipped(name: str) -> Path:
    """Path of a shipped file or folder: `intents`, `systemd`, `config.example.yaml`.

    A wheel carries them in `voiced/share`; a checkout, and so an editable installation, has them beside the package.
    """
    package = Path(__file__).parent
    installed = package / "share" / name
    return installed if installed.exists() else package.parent / name
