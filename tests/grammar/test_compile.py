"""Each construct of a template, by the table `templates.yaml`: what matches, with which slots, and what does not.

And how many states it takes: what is shared is laid out once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from voiced import grammar
from voiced.foundations.yaml_source import document

TABLE = document(Path(__file__).with_name("templates.yaml").read_text(encoding="utf-8"), "templates.yaml").data


def compiled(row: dict[str, Any]) -> grammar.Grammar:
    """A grammar with one intent, of what a row of the table says."""
    intent = {"sentences": row["sentences"], "slots": row.get("slots", {})}
    file: dict[str, object] = {"intents": {"Intent": intent}}
    file |= {key: row[key] for key in ("language", "lists", "rules", "skip_words") if key in row}
    return grammar.parse(yaml.safe_dump(file, allow_unicode=True, width=1000))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: str(row["about"]))
def test_a_template(row: dict[str, Any]) -> None:
    commands = compiled(row)
    for text, slots in row["matches"].items():
        match = commands.match(text)
        assert match is not None, text
        assert match.slots == slots, text
        assert {slot for slot, value in match.slots.items() if isinstance(value, str)} == {
            slot for slot, value in slots.items() if isinstance(value, str)
        }, "numbers stay numbers"
        assert match.text == text
    assert [text for text in row["fails"] if commands.match(text)] == []


SENTENCES = (["'go {x}'"], ["'go {x}'", "'see {x}'"])
VALUES = ("kitchen a, kitchen b", "kitchen a, nehctik b")


def size(text: str) -> int:
    return len(grammar.parse(text).automaton.letters)


def test_a_list_is_laid_out_once() -> None:
    lists = f"lists: {{x: [{', '.join(f'name {number}' for number in range(100, 300))}]}}"
    one, two = (size(f"intents: {{A: {{sentences: [{', '.join(sentences)}]}}}}\n{lists}") for sentences in SENTENCES)
    assert two - one < 30


def test_values_share_their_beginnings() -> None:
    alike, unlike = (size(f"intents: {{A: {{sentences: ['{{x}}']}}}}\nlists: {{x: [{values}]}}") for values in VALUES)
    assert unlike - alike == len("kitchen ")


def test_a_permutation_has_a_state_for_each_subset() -> None:
    three, four = (size(f"intents: {{A: {{sentences: ['({items})']}}}}") for items in ("a;b;c", "a;b;c;d"))
    assert four - three < 40, "the orders of four would take 24 times their letters"


def test_equal_ranges_are_one() -> None:
    once = size("intents: {A: {sentences: ['a {0..100:x}']}}")
    twice = size("intents: {A: {sentences: ['a {0..100:x}', 'b {0..100:y}']}}")
    assert twice - once < 20
