"""Asks a Home Assistant for all its names: which commands, in which order."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from voiced.home_assistant.cache import Known
from voiced.home_assistant.connection import HomeAwayError
from voiced.home_assistant.registries import MOST_ENTITIES, Answers, exposed_ids, house_of

if TYPE_CHECKING:
    from voiced.home_assistant.connection import Connection

EVENTS = (
    "area_registry_updated",
    "floor_registry_updated",
    "entity_registry_updated",
    "homeassistant_started",
    "core_config_updated",
)


def everything(connection: Connection, warnings: list[str]) -> Known:
    """Ask for all that is to be known. HomeAwayError, also while it is still starting: its entities come one by one."""
    settings = connection.ask("get_config")
    settings = settings if isinstance(settings, dict) else {}
    if settings.get("state", "RUNNING") != "RUNNING":
        raise HomeAwayError(f"Home Assistant at {connection.url} is still starting")
    language = settings.get("language")
    answers = Answers(
        areas=connection.ask("config/area_registry/list"),
        floors=connection.ask("config/floor_registry/list"),
        exposed=(exposed := exposure(connection)),
        entries=_entries(connection, exposed_ids(exposed)),
        states=connection.ask("get_states"),
    )
    return Known(house_of(answers, warnings), _text(language) or "en", _text(settings.get("version")))


def exposure(connection: Connection) -> Any:
    """Ask what Assist may see."""
    # Home Assistant decides about new entities when Assist first looks at them. Let it look, at what is no sentence.
    with suppress(HomeAwayError):
        connection.ask("conversation/agent/homeassistant/debug", sentences=["-"])
    return connection.ask("homeassistant/expose_entity/list")


def _entries(connection: Connection, entities: list[str]) -> Any:
    # The lists of the registry leave aliases out; entities without an id of their own are not in it.
    return connection.ask("config/entity_registry/get_entries", entity_ids=entities[:MOST_ENTITIES])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def subscribe(connection: Connection) -> None:
    """Let it tell of changes."""
    for event in EVENTS:
        connection.ask("subscribe_events", event_type=event)
