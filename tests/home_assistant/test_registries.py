"""What Home Assistant answers → names that can be said, within bounds."""

from __future__ import annotations

import time
from typing import Any

import pytest

from voiced.grammar.house import Entity, House, Place
from voiced.home_assistant.registries import MOST_ENTITIES, Answers, house_of


def answers(
    *entities: tuple[str, str], aliases: dict[str, list[Any]] | None = None, classes: dict[str, str] | None = None
) -> Answers:
    """Entities with their names, all exposed."""
    states = [
        {"entity_id": each, "attributes": {"friendly_name": name, "device_class": (classes or {}).get(each)}}
        for each, name in entities
    ]
    exposed = {"exposed_entities": {each: {"conversation": True} for each, _ in entities}}
    return Answers([], [], exposed, {each: {"aliases": them} for each, them in (aliases or {}).items()}, states)


def test_names_aliases_domains_and_classes() -> None:
    given = answers(
        ("light.desk", "Desk lamp"),
        ("cover.gate", "Gate"),
        aliases={"light.desk": ["work light"]},
        classes={"cover.gate": "garage"},
    )
    warnings: list[str] = []
    assert house_of(given, warnings).entities == (
        Entity("Gate", "cover", (), "garage"),
        Entity("Desk lamp", "light", ("work light",)),
    )
    assert warnings == []


def test_places() -> None:
    areas = [{"name": "Kitchen", "aliases": ["galley"]}, {"name": "💡", "aliases": []}, {"name": None}, 3]
    warnings: list[str] = []
    house = house_of(Answers(areas, [{"name": "First floor"}], {}, {}, []), warnings)
    assert house == House((), (Place("Kitchen", ("galley",)),), (Place("First floor"),))
    assert warnings == ["names of Home Assistant that nobody can say are left out; give them an alias: '💡'"]


def test_an_alias_stands_for_a_name_that_nobody_can_say() -> None:
    given = answers(("light.bulb", "💡"), aliases={"light.bulb": ["bulb", "\ud800", "x" * 200]})
    assert house_of(given, []).entities == (Entity("bulb", "light"),)


def test_only_what_assist_may_see_and_what_is_there() -> None:
    exposed = {
        "light.a": {"conversation": True},
        "light.b": {"cloud.alexa": True},
        "light.gone": {"conversation": True},
    }
    states = [{"entity_id": f"light.{each}", "attributes": {}} for each in "abc"]
    assert house_of(Answers([], [], {"exposed_entities": exposed}, {}, states), []).entities == (Entity("a", "light"),)


def test_two_of_one_name() -> None:
    given = answers(("light.a", "Lamp"), ("light.b", "lamp"), ("switch.c", "Lamp"))
    warnings: list[str] = []
    assert len(house_of(given, warnings).entities) == 3
    assert warnings == ["Home Assistant has several entities of one name, and asks which is meant: 'lamp'"]


def test_more_than_can_be_listened_for() -> None:
    given = answers(*((f"light.l{i:05}", f"Lamp {i}") for i in range(MOST_ENTITIES + 5)))
    warnings: list[str] = []
    began = time.monotonic()
    assert len(house_of(given, warnings).entities) == MOST_ENTITIES
    assert time.monotonic() - began < 2.0
    assert warnings == ["Home Assistant has 3,005 entities; only 3,000 are listened for; expose fewer to Assist"]


@pytest.mark.parametrize("nonsense", [None, 3, "x", [], {}, [None], {"exposed_entities": 3}, [{"entity_id": []}]])
def test_damaged_answers(nonsense: Any) -> None:
    assert house_of(Answers(nonsense, nonsense, nonsense, nonsense, nonsense), []) == House()
    seen = {"exposed_entities": {"light.a": {"conversation": True}}}
    for states in (nonsense, [{"entity_id": "light.a", "attributes": nonsense}]):
        assert len(house_of(Answers([], [], seen, {"light.a": nonsense}, states), []).entities) <= 1
