"""Remembers over restarts which settings people changed while the daemon ran, as from Home Assistant.

Each is kept with what the config said at that time: who changes the config afterwards means it.
"""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING, Any

from voiced.foundations.regular_file import read_regular
from voiced.records.state import write_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from voiced.records.state import Writer

log = logging.getLogger(__name__)

LONGEST_NAME = 60  # characters of the site in the file's name; file systems take 255 bytes
LARGEST_FILE_BYTES = 100_000


class AdjustmentMemory:
    """Keeps the changed settings of one site in the state folder; a setting is a number or a text."""

    def __init__(self, folder: Path, site: str, writer: Writer) -> None:
        name = re.sub(r"[^\w-]", "_", site)[:LONGEST_NAME]
        self._file = folder / f"adjusted_{name}.json"
        self._writer = writer
        self._written = b"{}"  # what the file holds, or as good as that

    def read(self, configured: Mapping[str, float | str]) -> dict[str, float | str]:
        """Return the settings that were changed since the config said what it says now; none if damaged."""
        try:
            kept = json.loads(read_regular(self._file, LARGEST_FILE_BYTES))
            return {name: _of_kind(now, kept[name][1]) for name, now in configured.items() if _still(kept, name, now)}
        except OSError:
            return {}
        except Exception as error:  # noqa: BLE001 # whatever a damaged file holds: the config's settings are good
            log.warning("%s is damaged; the settings in it are forgotten: %s", self._file, error)
            return {}

    def remember(self, configured: Mapping[str, float | str], adjusted: Mapping[str, float | str]) -> None:
        """Keep those settings that are not as configured; returns at once."""
        kept = {name: [now, adjusted[name]] for name, now in configured.items() if adjusted[name] != now}
        content = json.dumps(kept, ensure_ascii=False).encode()
        if content == self._written:
            return
        self._written = content
        self._writer.write("the settings that were changed", lambda: write_bytes(self._file, content))


def _still(kept: Any, name: str, now: float | str) -> bool:
    return name in kept and kept[name][0] == now


def _of_kind(like: float | str, value: Any) -> float | str:
    """Return a kept value; ValueError if it is of another kind than the configured one."""
    if isinstance(like, str) is not isinstance(value, str) or not isinstance(value, str | int | float):
        raise ValueError(f"{value!r} cannot be such a setting")
    if isinstance(value, bool):
        raise ValueError("a switch is no number")  # noqa: TRY004 # damage, as the others
    return value
