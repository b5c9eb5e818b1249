"""Folders of recordings with labels: `labels.json`, and the sound files beside it or in `audio/`.

`labels.json` is `{"a.flac": {"intent": "LightSet", "slots": {"state": "on"}}, …}`. Intent `null` means that the
recording must be rejected; `"then": [{"intent": …, "slots": …}]` lists further commands of a compound. Knows no
recogniser.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError

from voiced.audio.formats.kinds import SUFFIXES
from voiced.errors import VoicedError

if TYPE_CHECKING:
    from pathlib import Path


SlotValue: TypeAlias = str | int | float | list[JsonValue] | dict[str, JsonValue]


class Command(BaseModel, frozen=True):
    """The intent and slots of one command."""

    intent: str
    slots: dict[str, SlotValue] = {}


class Label(BaseModel, frozen=True):
    """The intent and slots that a recording should be understood as; further keys in the file are for people."""

    intent: str | None
    language: str | None = None  # in which it must be understood; None: in any
    slots: dict[str, SlotValue] = {}
    then: list[Command] = []  # of several commands in one recording: those behind the first


NO_COMMAND = Label(intent=None)


@dataclass(frozen=True)
class Recording:
    """A sound file and its label."""

    path: Path
    name: str  # as in labels.json
    label: Label


def labelled(folder: Path) -> list[Recording]:
    """Every recording in the `labels.json` of a folder, in its order; VoicedError if that or a recording is missing."""
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
    """Every sound file of a folder and its `audio/`, labelled as no command; VoicedError if there is none."""
    places = [place for place in (folder / "audio", folder) if place.is_dir()]
    sounds = [path for place in places for path in sorted(place.iterdir()) if path.suffix.lower() in SUFFIXES]
    if not sounds:
        raise VoicedError(f"{folder}: there is no recording in it ({', '.join(SUFFIXES)})")
    return [Recording(path, path.name, NO_COMMAND) for path in sounds]


def _sound(folder: Path, name: str) -> Path:
    for path in (folder / "audio" / name, folder / name):
        if path.is_file():
            return path
    raise VoicedError(f"{folder / 'labels.json'}: {name}: there is no such recording in {folder} or its folder audio")
