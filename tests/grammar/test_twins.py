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
        # Templates are compared by all that they say.
        ("[{in: '[the] lamp', out: a}, {in: lamp, out: b}]", "means something else; 'lamp' counts"),
        ("[{in: 'desk (lamp|light)', out: a}, {in: '(desk|work) light', out: b}]", "the first one counts"),
        ("[{in: 'desk (lamp|light)', out: a}, {in: '(desk|work) bulb', out: b}]", ""),
        # And so are spellings of one word.
        ("[{in: room 2, out: a}, {in: room two, out: b}]", "'room two' is said like 'room 2'"),
        ("[{in: Wi-Fi, out: a}, {in: wifi, out: b}]", "'wifi' is said like 'Wi-Fi'"),
        ("['-', '/', lamp]", ""),
    ],
)
def test_pairs(values: str, told: str) -> None:
    commands = grammar.parse(f"intents: {{A: {{sentences: ['go {{a}}']}}}}\nlists: {{a: {values}}}\n")
    alike = [warning for warning in commands.warnings if "said like" in warning or "told apart" in warning]
    assert len(alike) == bool(told)
    assert told in "".join(commands.warnings)


@pytest.mark.parametrize(
    "values",
    [
        "[{in: '[the] lamp', out: a}, {in: lamp, out: b}]",
        "[{in: lamp, out: b}, {in: '[the] lamp', out: a}]",
        "[{in: '[my] lamp', out: b}, {in: '[the] lamp', out: a}]",
        "[{in: lamp, out: b}, {in: Lamp, out: a}]",
    ],
)
def test_the_one_counts_that_is_told(values: str) -> None:
    match = grammar.parse(f"intents: {{A: {{sentences: ['go {{a}}']}}}}\nlists: {{a: {values}}}\n").match("go lamp")
    assert match is not None
    assert match.slots == {"a": "b"}


def test_spaces_at_the_ends_of_a_value_are_not_in_the_slot() -> None:
    match = grammar.parse("intents: {A: {sentences: ['go {a}']}}\nlists: {a: [' big lamp ']}").match("go big lamp")
    assert match is not None
    assert match.slots == {"a": "big lamp"}
