"""Every way to say a value, where these are few."""

from __future__ import annotations

import pytest

from voiced import grammar
from voiced.grammar.definitions import TextList
from voiced.grammar.ways import MOST_WAYS, ways


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("den", ["den"]),
        ("[the] den", ["the den", "den"]),
        ("(big;red) lamp", ["big red lamp", "red big lamp"]),
        ("<my> (lamp|light)", ["my lamp", "my light"]),
        ("[a] [b] [c] [d] [e] f", 32),
        ("[a] [b] [c] [d] [e] [f] g", []),  # too many
        ("{other} lamp", []),  # who knows
        ("(a;b;c;d;e)", []),
    ],
)
def test_ways(value: str, said: list[str] | int) -> None:
    text = f"intents: {{A: {{sentences: ['go {{a}}']}}}}\nlists: {{a: ['{value}'], other: [x]}}\nrules: {{my: my}}"
    scope = grammar.parse(text).sentences[0].scope
    definition = scope.lists["a"]
    assert isinstance(definition, TextList)
    found = ways(definition.values[0], scope)
    assert len(found) <= MOST_WAYS
    assert (len(found) if isinstance(said, int) else list(found)) == said
