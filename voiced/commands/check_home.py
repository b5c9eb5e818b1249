"""What `voiced check` tells of the Home Assistant that the settings name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiced.config import HomeAssistantSettings
    from voiced.home_assistant.cache import Known


@dataclass(frozen=True, slots=True)
class Home:
    """A Home Assistant, and what it answered; None where it was not asked."""

    url: str
    version: str | None
    areas: int | None
    floors: int | None
    entities: int | None  # that are exposed to Assist


def known_of(settings: HomeAssistantSettings, warnings: list[str], *, connect: bool) -> Known:
    """Return what is known of it; with `connect`, what it answers now. HomeAssistantError, ConfigError."""
    from voiced.home_assistant import home

    return home.ask(settings, warnings) if connect else home.remembered(settings, warnings)


def home_of(settings: HomeAssistantSettings, answered: Known | None) -> Home | None:
    """Return what is told of it; None if the settings name none."""
    if not settings.url:
        return None
    if not answered:
        return Home(settings.url, None, None, None, None)
    house = answered.house
    return Home(settings.url, answered.version or None, len(house.areas), len(house.floors), len(house.entities))


def home_line(home: Home) -> str:
    """The same for people."""
    if home.areas is None or home.floors is None or home.entities is None:
        return f"Home Assistant at {home.url} (not contacted; --connect does)"
    counts = f"{_counted(home.areas, 'area')}, {_counted(home.floors, 'floor')}, "
    counts += _counted(home.entities, "entity", "entities")
    version = f" {home.version}" if home.version else ""
    return f"Home Assistant{version} at {home.url}: {counts} exposed to Assist"


def _counted(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"
