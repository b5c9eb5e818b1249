"""Keeps the names of the house on the disk: Home Assistant may be away when the daemon starts."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from voiced.foundations.regular_file import read_regular
from voiced.grammar.house import Entity, House, Place
from voiced.records.state import write_bytes

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

LARGEST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a Home Assistant."""

    house: House
    language: str = "en"
    version: str = ""  # such as 2025.4.4; empty: not known


def file_of(folder: Path, url: str) -> Path:
    """Return the file of one Home Assistant: another address is another house."""
    return folder / f"home_assistant_{hashlib.sha256(url.encode()).hexdigest()[:12]}.json"


def write(file: Path, known: Known) -> None:
    """Replace the file. OSError."""
    write_bytes(file, json.dumps(asdict(known), ensure_ascii=False).encode())


def read(file: Path) -> Known | None:
    """Return what was kept; None without any. A file that is damaged is forgotten with a warning."""
    try:
        return _known(json.loads(read_regular(file, LARGEST_BYTES)))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        told = error.strerror if isinstance(error, OSError) else "it is damaged"
        log.warning("the names of Home Assistant in %s are forgotten: %s", file, told)
        return None


def _known(content: Any) -> Known:
    house = content["house"]
    entities = (
        Entity(
            _text(each["name"]),
            _text(each["domain"]),
            tuple(map(_text, each["aliases"])),
            each["device_class"] and _text(each["device_class"]),
        )
        for each in house["entities"]
    )
    areas, floors = (
        tuple(Place(_text(each["name"]), tuple(map(_text, each["aliases"]))) for each in house[kind])
        for kind in ("areas", "floors")
    )
    return Known(House(tuple(entities), areas, floors), _text(content["language"]), _text(content.get("version", "")))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value
