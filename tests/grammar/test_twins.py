"""Values that are said alike are told, each with both places, unless a context may decide."""

from __future__ import annotations

import pytest

from voiced import grammar


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ("[{in: lamp, out: a}, hall, {in: Lamp, out: b}]", "'Lamp' is said like 'lamp' in intents.yaml:2"),
        ("[{in: '[big] fan', out: a}, {in: '[big] fan', out: b}]", "'[big] fan' is said like '[big] fan'"),
        ("[{in: lamp, out: a, at: x}, {in: lamp, out: a, at: y}]", "'lamp' is said like 'lamp'"),
        ("[{in: lamp, out: a}, {in: lamp, out: a}]", ""),
        ("[{in: lamp, out: a, context: {domain: light}}, {in: lamp, out: b, context: {domain: switch}}]", ""),
        ("[lamp, lamps, ' lamp ']", ""),
    ],
)
def test_pairs(values: str, told: str) -> None:
    commands = grammar.parse(f"intents: {{A: {{sentences: ['go {{a}}']}}}}\nlists: {{a: {values}}}\n")
    assert len(commands.warnings) == bool(told)
    assert told in "".join(commands.warnings)


def test_spaces_at_the_ends_of_a_value_are_not_in_the_slot() -> None:
    match = grammar.parse("intents: {A: {sentences: ['go {a}']}}\nlists: {a: [' big lamp ']}").match("go big lamp")
    assert match is not None
    assert match.slots == {"a": "big lamp"}
