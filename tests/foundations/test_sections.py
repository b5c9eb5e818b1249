"""YAML becomes a frozen model, or one report with every problem, in the order of its lines."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from voiced.errors import ConfigError
from voiced.foundations.sections import Section, parse


class Lamp(Section):
    room: str
    power: int = 5


class House(Section):
    lamps: list[Lamp]
    name: str = "home"


def test_a_document_becomes_a_frozen_model() -> None:
    house = parse("lamps: [{room: hall, power: 7}]", "house.yaml", House)
    assert house.lamps == [Lamp(room="hall", power=7)]
    with pytest.raises(ValidationError):
        house.name = "other"


def test_every_problem_is_told_in_the_order_of_lines() -> None:
    text = "nam: x\nlamps:\n  - {room: hall, power: much}\n  - {power: 3}\n"
    with pytest.raises(ConfigError) as caught:
        parse(text, "house.yaml", House)
    first, second, third = str(caught.value).splitlines()
    assert first == "house.yaml:1: nam: unknown key; did you mean 'name'?"
    assert second == "house.yaml:3: lamps[0].power: should be a whole number, not 'much'"
    assert third == "house.yaml:4: lamps[1].room: is missing; add it"
