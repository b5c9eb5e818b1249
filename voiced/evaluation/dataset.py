"""A folder of recordings and what is said in them: `labels.json`, and the sound beside it or in `audio/`.

`{"a.flac": {"intent": "LightSet", "slots": {"state": "on"}}}`; intent `null` means that it must be rejected. Knows no
recogniser.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, TypeAdapter, ValidationError

from voiced.errors import VoicedError

if TYPE_CHECKING:
    from pathlib import Path

SOUNDS = {".wav", ".flac", ".ogg", ".mp3"}


class Label(BaseModel, frozen=True):
    """What a recording should be understood as; other keys (the sentence) are for people."""

    intent: str | None
    slots: dict[str, str | int | float] = {}


NO_COMMAND = Label(intent=None)


@dataclass(frozen=True)
class Recording:
    """One of them."""

    path: Path
    name: str  # as in labels.json
    label: Label


def labelled(folder: Path) -> list[Recording]:
    """All that `labels.json` names, in its order; VoicedError if something is missing or makes no sense."""
    path = folder / "labels.json"
    try:
        labels = TypeAdapter(dict[str, Label]).validate_json(path.read_bytes())
    except OSError as error:
        raise VoicedError(f"{path}: cannot be read: {error.strerror}; it says what the recordings mean") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ": ".join(str(part) for part in first["loc"])
        raise VoicedError(f"{path}: {where + ': ' if where else ''}{first['msg']}") from error
    if not labels:
        raise VoicedError(f"{path}: names no recording")
    return [Recording(_sound(folder, name), name, label) for name, label in labels.items()]


def foreign(folder: Path) -> list[Recording]:
    """Every recording of a folder, as something that is no command."""
    places = [place for place in (folder / "audio", folder) if place.is_dir()]
    sounds = [path for place in places for path in sorted(place.iterdir()) if path.suffix.lower() in SOUNDS]
    if not sounds:
        raise VoicedError(f"{folder}: there is no recording in it ({', '.join(sorted(SOUNDS))})")
    return [Recording(path, path.name, NO_COMMAND) for path in sounds]


def _sound(folder: Path, name: str) -> Path:
    for path in (folder / "audio" / name, folder / name):
        if path.is_file():
            return path
    raise VoicedError(f"{folder / 'labels.json'}: {name}: there is no such recording in {folder} or its folder audio")
