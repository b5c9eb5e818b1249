"""A whole house, written from the manual alone, and what a family says to it, written without looking at that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from voiced import grammar
from voiced.foundations import yaml_source
from voiced.grammar.constraint import Constraint
from voiced.grammar.token_tree import Vocabulary

HERE = Path(__file__).parent / "sayings"
HOUSE = grammar.load([HERE / "house"])
SAYINGS: Any = yaml_source.read(HERE / "sayings.yaml").data
UNDERSTOOD: dict[str, dict[str, dict[str, object]]] = SAYINGS["understood"]
MOST_MISSED = 3  # of sixty: the grammar's author did not think of their order of words
EOT = 256


def test_the_house_is_in_order() -> None:
    assert grammar.check_examples(HOUSE) == []
    assert HOUSE.warnings == ()
    assert (len(UNDERSTOOD), len(SAYINGS["not_understood"])) == (60, 20)


def test_what_the_family_says_is_understood_as_it_is_meant() -> None:
    meant = {text: next(iter(meaning.items())) for text, meaning in UNDERSTOOD.items()}
    found = {text: (match.intent, dict(match.slots)) for text in UNDERSTOOD if (match := HOUSE.match(text))}
    # Nothing is done that nobody meant.
    assert found == {text: meant[text] for text in found}
    missed = UNDERSTOOD.keys() - found
    assert len(missed) <= MOST_MISSED, missed


@pytest.mark.parametrize("text", SAYINGS["not_understood"])
def test_what_is_no_command_is_not_understood(text: str) -> None:
    assert HOUSE.match(text) is None


def test_a_decoder_may_write_what_is_understood() -> None:
    constraint = Constraint(HOUSE.automaton, "en", Vocabulary([bytes([byte]) for byte in range(256)]), EOT)
    for text in filter(HOUSE.match, UNDERSTOOD):
        position = constraint.walk(f" {text}".encode())
        assert position is not None, text
        assert constraint.accepts(position), text
