"""Fuzz target: what a Home Assistant answers about its house. What is damaged is left out, and the grammar loads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from voiced.home_assistant.registries import MOST_ENTITIES, Answers, house_of

if TYPE_CHECKING:
    from voiced.grammar.house import Entity, Place

WORDS = (
    *(
        b'"name": "',
        b'"aliases": [',
        b'"friendly_name": "',
        b'"conversation": true',
        b'"entity_id": "light.',
        b'"floor_id"',
    ),
    *(
        b"null",
        b"true",
        b"[]",
        b"{}",
        b"1e999",
        b"NaN",
        b"\\ud800",
        b"\\u0000",
        b"\\u202e",
        b"{name}",
        b"[the]",
        b"(a|b)",
    ),
)
FOUND: tuple[bytes, ...] = ()


def seeds() -> list[bytes]:
    """Return the answers to all that is asked, as one JSON list."""
    lamps = ["light.desk", "light.kitchen", "cover.left", "climate.hall"]
    house = [
        [{"area_id": "kitchen", "name": "Kitchen", "aliases": ["cookery"], "floor_id": "ground"}, {"name": "Hall"}],
        [{"floor_id": "ground", "name": "Ground floor", "aliases": [], "level": 0}],
        {"exposed_entities": {lamp: {"conversation": True} for lamp in lamps}},
        {lamp: {"aliases": ["that thing"], "area_id": "kitchen"} for lamp in lamps[:2]},
        [{"entity_id": lamp, "attributes": {"friendly_name": lamp.title(), "device_class": "door"}} for lamp in lamps],
    ]
    return [json.dumps(house).encode(), json.dumps([[], [], {}, {}, []]).encode(), *FOUND]


def target(data: bytes) -> None:
    """Read the house; warnings are sentences."""
    try:
        answers = json.loads(data)
    except (ValueError, RecursionError):
        return  # the connection's matter
    if not isinstance(answers, list) or len(answers) != 5:
        return
    warnings: list[str] = []
    house = house_of(Answers(*answers), warnings)
    assert all(warning.encode() for warning in warnings)
    assert len(house.entities) <= MOST_ENTITIES
    things: list[Entity | Place] = [*house.entities, *house.areas, *house.floors]
    for each in things:
        assert all(name.strip() and name.encode() for name in (each.name, *each.aliases))
