"""What a house has, by the names that people say: devices, areas and floors, as Home Assistant knows them.

They fill the lists `{name}`, `{area}` and `{floor}` of Home Assistant's sentences, where no file writes these out.
Where the names come from is not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiced.grammar.source import ListSource, ListValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_MEANS_SOMETHING = re.compile(r"[()\[\]{}<>|;\\]")  # in a template


@dataclass(frozen=True, slots=True)
class Entity:
    """A device, or one function of it."""

    name: str
    domain: str  # light, cover, …
    aliases: tuple[str, ...] = ()
    device_class: str | None = None  # curtain, garage, …


@dataclass(frozen=True, slots=True)
class Place:
    """An area or a floor."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class House:
    """All names of a house."""

    entities: tuple[Entity, ...] = ()
    areas: tuple[Place, ...] = ()
    floors: tuple[Place, ...] = ()

    def lists(self) -> Mapping[str, ListSource]:
        """The lists `name`, `area` and `floor`, those of which the house has any."""
        # What the house has none of is left to the files, or to a warning.
        found = {
            "name": [value for entity in self.entities for value in _values(entity, _context(entity))],
            "area": [value for area in self.areas for value in _values(area, {})],
            "floor": [value for floor in self.floors for value in _values(floor, {})],
        }
        return {name: ListSource(tuple(values)) for name, values in found.items() if values}


def _values(named: Entity | Place, context: Mapping[str, str]) -> Iterator[ListValue]:
    # Whichever name is said, the first one is meant; names are no templates.
    for said in _distinct((named.name, *named.aliases)):
        yield ListValue(_MEANS_SOMETHING.sub(r"\\\g<0>", said), named.name.strip(), context)


def _distinct(names: Iterable[str]) -> Iterator[str]:
    return iter(dict.fromkeys(stripped for name in names if (stripped := name.strip())))


def _context(entity: Entity) -> Mapping[str, str]:
    """What `requires_context` asks for."""
    # A light has no class, a cover may be a curtain or a garage door.
    more = {"device_class": entity.device_class} if entity.device_class else {}
    return {"domain": entity.domain, **more}
