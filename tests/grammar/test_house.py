"""Names of a house in Home Assistant's sentences."""

from __future__ import annotations

from typing import Any

import pytest

from voiced import grammar
from voiced.grammar.house import Entity, House, Place

SENTENCES = """
intents:
  A:
    data:
      - sentences: ["turn on {name} [in the {area}]"]
        requires_context: {domain: light}
      - sentences: ["open {name}"]
        requires_context: {domain: cover, device_class: [garage, blind]}
      - sentences: ["all on the {floor}"]
"""
HOUSE = House(
    (
        Entity("Desk lamp", "light", ("work light", " ", "Desk lamp")),
        Entity("Lamp (left)", "light"),
        Entity("Gate", "cover", device_class="garage"),
        Entity("Curtain", "cover", device_class="curtain"),
    ),
    (Place("Kitchen"), Place("Living Room", ("lounge",))),
    (Place("First Floor"),),
)


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("turn on desk lamp", {"name": "Desk lamp"}),
        ("turn on work light in the lounge", {"name": "Desk lamp", "area": "Living Room"}),
        ("turn on lamp left", {"name": "Lamp (left)"}),
        ("turn on gate", None),
        ("open gate", {"name": "Gate"}),
        ("open curtain", None),
        ("all on the first floor", {"floor": "First Floor"}),
    ],
)
def test_names_are_said(text: str, slots: dict[str, Any] | None) -> None:
    match = grammar.parse(SENTENCES, house=HOUSE).match(text)
    assert (match and match.slots) == slots


def test_what_files_write_out_comes_first() -> None:
    lists = "lists: {name: {values: [{in: torch, context: {domain: light}}]}}"
    commands = grammar.parse(SENTENCES + lists, house=HOUSE)
    assert [text for text in ("turn on torch", "turn on desk lamp") if commands.match(text)] == ["turn on torch"]


def test_a_house_without_floors() -> None:
    commands = grammar.parse(SENTENCES, house=House(HOUSE.entities, HOUSE.areas))
    assert commands.match("turn on desk lamp")
    [warning] = commands.warnings
    assert "1 sentence cannot be said without the list floor" in warning


def test_our_own_sentences_do_not_see_it() -> None:
    own = "intents: {A: {sentences: ['turn on {light}']}}\nlists: {light: [torch]}"
    assert grammar.parse(own, house=HOUSE).match("turn on torch")
