"""What Home Assistant answers about its areas, floors and entities → a house. Pure; whatever is damaged is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voiced.grammar.house import Entity, House, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ASSISTANT = "conversation"  # Assist's name in what is exposed
LONGEST_NAME = 100  # characters; nobody says more
MOST_ALIASES = 20  # of one thing
MOST_ENTITIES, MOST_PLACES = 3_000, 500
_MOST_NAMED = 5  # in one warning


@dataclass(frozen=True, slots=True)
class Answers:
    """What was asked for, as it came."""

    areas: Any
    floors: Any
    exposed: Any
    entries: Any  # of the entities in the registry, by id
    states: Any


def exposed_ids(exposed: Any) -> list[str]:
    """Return the entities that Assist may see, in their order."""
    found = exposed.get("exposed_entities") if isinstance(exposed, dict) else None
    assistants = found.items() if isinstance(found, dict) else ()
    return sorted(each for each, seen_by in assistants if isinstance(seen_by, dict) and seen_by.get(ASSISTANT))


def house_of(answers: Answers, warnings: list[str]) -> House:
    """Return the names; `warnings` grow by what cannot be said, is ambiguous, or is too much."""
    unsayable: list[str] = []
    areas = _bounded(_places(answers.areas, unsayable), MOST_PLACES, "areas", warnings)
    floors = _bounded(_places(answers.floors, unsayable), MOST_PLACES, "floors", warnings)
    entities = _bounded(_entities(answers, unsayable), MOST_ENTITIES, "entities", warnings)
    if unsayable:
        told = "names of Home Assistant that nobody can say are left out; give them an alias"
        warnings.append(f"{told}: {_some(unsayable)}")
    if twice := _twice(entities):
        warnings.append(f"Home Assistant has several entities of one name, and asks which is meant: {_some(twice)}")
    return House(tuple(dict.fromkeys(entities)), tuple(areas), tuple(floors))


def _places(answer: Any, unsayable: list[str]) -> Iterator[Place]:
    for each in _objects(answer):
        name, *aliases = _names(each.get("name"), each.get("aliases"), unsayable) or [""]
        if name:
            yield Place(name, tuple(aliases))


def _entities(answers: Answers, unsayable: list[str]) -> Iterator[Entity]:
    states = {str(each.get("entity_id")): each for each in _objects(answers.states)}
    entries = answers.entries if isinstance(answers.entries, dict) else {}
    for entity in exposed_ids(answers.exposed):
        # Without a state it is not there at the moment: disabled, or of an integration that failed.
        if (state := states.get(entity)) is None:
            continue
        attributes = _object(state.get("attributes"))
        own = attributes.get("friendly_name") or entity.partition(".")[2].replace("_", " ")
        name, *aliases = _names(own, _object(entries.get(entity)).get("aliases"), unsayable) or [""]
        if name:
            kind = attributes.get("device_class")
            domain = entity.partition(".")[0]
            yield Entity(name, domain, tuple(aliases), kind if isinstance(kind, str) and kind else None)


def _names(name: Any, aliases: Any, unsayable: list[str]) -> list[str]:
    """The names that can be said, its own first; where that cannot be, the first alias stands for it."""
    # Home Assistant takes an alias wherever it takes the name.
    others = aliases[:MOST_ALIASES] if isinstance(aliases, list) else []
    written = [each.strip() for each in (name, *others) if isinstance(each, str) and each.strip()]
    found = [each for each in written if _can_be_said(each)]
    if written and not found:
        unsayable.append(written[0])
    return found


def _can_be_said(name: str) -> bool:
    # Letters or digits, and none of the halves of characters and control codes that damaged text holds.
    whole = all(each.isprintable() for each in name)
    return len(name) <= LONGEST_NAME and whole and any(each.isalnum() for each in name)


def _bounded(found: Iterator[Any], most: int, what: str, warnings: list[str]) -> list[Any]:
    every = list(found)
    if len(every) > most:
        told = f"Home Assistant has {len(every):,} {what}; only {most:,} are listened for"
        warnings.append(f"{told}; expose fewer to Assist" if what == "entities" else told)
    return every[:most]


def _twice(entities: Iterable[Entity]) -> list[str]:
    """Names that several entities of one kind have: of different kinds, a sentence often tells which is meant."""
    seen: set[tuple[str, str]] = set()
    found: dict[str, None] = {}
    for entity in entities:
        for key in {(each.casefold(), entity.domain) for each in (entity.name, *entity.aliases)}:
            if key in seen:
                found[entity.name] = None
            seen.add(key)
    return list(found)


def _some(names: list[str]) -> str:
    told = ", ".join(repr(each[:LONGEST_NAME]) for each in names[:_MOST_NAMED])
    return told if len(names) <= _MOST_NAMED else f"{told} and {len(names) - _MOST_NAMED:,} more"


def _objects(answer: Any) -> Iterator[Mapping[str, Any]]:
    return (each for each in answer if isinstance(each, dict)) if isinstance(answer, list) else iter(())


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
