"""Ordinals in names are understood however they are written."""

from __future__ import annotations

import pytest

from voiced import grammar


@pytest.mark.parametrize(
    ("language", "value", "texts"),
    [
        ("en", "second floor", ["second floor", "2nd floor"]),
        ("en", "[the] 3rd floor", ["the third floor", "3rd floor"]),
        ("de", "erster Stock", ["erster Stock", "1. Stock"]),
        ("de", "(zweite Etage|zweiten Stock)", ["2. Etage", "zweiten Stock", "2. Stock"]),
        ("fr", "premier étage", ["premier étage", "1er étage"]),
        ("fr", "deuxième étage", ["2e étage", "2ème étage"]),
        ("nl", "eerste verdieping", ["1e verdieping", "1ste verdieping"]),
        ("nl", "tweede verdieping", ["2de verdieping"]),
        ("es", "primer piso", ["1er piso", "1º piso"]),
    ],
)
def test_forms(language: str, value: str, texts: list[str]) -> None:
    commands = grammar.parse(
        f"language: {language}\nintents: {{A: {{sentences: ['go {{a}}']}}}}\nlists: {{a: [{{in: '{value}', out: x}}]}}"
    )
    for text in texts:
        match = commands.match(f"go {text}")
        assert match is not None, text
        assert match.slots == {"a": "x"}


@pytest.mark.parametrize(
    ("language", "value", "text"), [("de", "Kanal 1", "Kanal erste"), ("en", "channel 2", "channel 2nd")]
)
def test_a_number_is_no_ordinal(language: str, value: str, text: str) -> None:
    commands = grammar.parse(
        f"language: {language}\nintents: {{A: {{sentences: ['go {{a}}']}}}}\nlists: {{a: ['{value}']}}"
    )
    assert commands.match(f"go {text}") is None
