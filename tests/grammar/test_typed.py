"""Typed lists: what people say is understood as they mean it, and whatever can be said is read back."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

import voiced
from tests.grammar import typed_sayings
from voiced import grammar
from voiced.errors import ConfigError
from voiced.grammar.constraint import Constraint
from voiced.grammar.token_tree import Vocabulary

if TYPE_CHECKING:
    from voiced.grammar import Grammar

TYPES = {
    "color": typed_sayings.COLOR,
    "date": typed_sayings.DATE,
    "duration": typed_sayings.DURATION,
    "number": typed_sayings.NUMBER,
    "percent": typed_sayings.PERCENT,
    "spelling": typed_sayings.SPELLING,
    "time": typed_sayings.TIME,
}
EACH = [(kind, language) for kind, languages in TYPES.items() for language in languages]
SIX = ("en", "de", "fr", "es", "it", "nl")
LISTED = [(kind, language) for kind, language in EACH if language in SIX[: 1 if kind == "spelling" else None]]
EOT = 256
MOST_STATES = 20_000


@cache
def of_type(kind: str, language: str) -> Grammar:
    return grammar.parse(f"""
language: {language}
intents: {{Say: {{sentences: ["say {{what}} now"]}}}}
lists: {{what: {{type: {kind}}}}}
""")


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_what_people_say(kind: str, language: str) -> None:
    sayings, known = TYPES[kind][language], of_type(kind, language)
    found = {said: [match.slots["what"] for match in known.matches(f"Say {said} now.")] for said in sayings}
    assert found == {said: [] if value is None else [value] for said, value in sayings.items()}


@pytest.mark.parametrize(("kind", "language"), LISTED)
def test_what_the_manual_lists(kind: str, language: str) -> None:
    page = (Path(voiced.__file__).parent / "manual/types.md").read_text()
    section = re.split(rf"^## {kind}$", page, flags=re.MULTILINE)[1].split("\n## ")[0]
    row = re.search(rf"^\| {language} \| (.*) \|$", section, re.MULTILINE)
    assert row
    known = of_type(kind, language)
    for saying in row[1].split(" · "):
        said, meant = saying.split(" → ")
        assert [str(match.slots["what"]) for match in known.matches(f"say {said} now")] == [meant], said


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_whatever_can_be_said_means_one_thing(kind: str, language: str) -> None:
    known = of_type(kind, language)
    for sample in known.sample(Random(1), 300):
        assert [dict(match.slots) for match in known.matches(sample.text)] == [sample.slots], sample.text


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_what_may_be_written_is_understood(kind: str, language: str) -> None:
    """And there is no dead end on the way."""
    known, random = of_type(kind, language), Random(2)
    letters = Vocabulary([bytes([byte]) for byte in range(256)])
    constraint = Constraint(known.automaton, language, letters, EOT)
    for _ in range(30):
        position, written = constraint.start, b""
        while EOT not in (allowed := constraint.allowed(position)):
            token = int(random.choice(allowed))
            step = constraint.advance(position, token)
            assert step is not None, written
            position, written = step.position, written + bytes([token])
        assert known.match(written.decode()) is not None, written


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_a_list_is_small(kind: str, language: str) -> None:
    assert len(of_type(kind, language).automaton.letters) < MOST_STATES


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{type: duration, wildcard: true}", "a list has values, or a 'range', or"),
        ("{type: fortnight}", "type"),
        ("{type: duration, from: 1}", "the type 'duration' takes no 'from'; remove it"),
        ("{values: [a], to: 1, as: hex}", "a list without a type takes no 'to' and no 'as'; remove it"),
        ("{type: number, from: 5, to: 1}", "the range goes from 5 down to 1; swap"),
        ("{type: number, to: 100000}", "more than 10,000 numbers"),
        ("{type: spelling, to: 100}", "a spelling has 1 to 24 letters; choose 'from' and 'to' between them"),
        ("{type: spelling, from: 0}", "a spelling has 1 to 24 letters"),
        ("{type: color, as: cmyk}", "as"),
    ],
)
def test_what_is_wrong_is_told(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        grammar.parse(f"intents: {{A: {{sentences: ['a {{n}}']}}}}\nlists: {{n: {text}}}")


@pytest.mark.parametrize(
    ("text", "sayings"),
    [
        (
            "{type: number, from: -20, to: 40}",
            {
                "minus five": -5,
                "negative five": -5,
                "minus five and a half": -5.5,
                "-5.5": -5.5,
                "minus": None,
                "41": None,
            },
        ),
        ("{type: number, to: 2000}", {"twelve hundred": 1200, "a hundred and five": 105, "1,200": 1200, "2,001": None}),
        ("{type: number, fractions: none}", {"five": 5, "five and a half": None}),
        ("{type: number, fractions: tenths, to: 10}", {"five point three": 5.3, "5.3": 5.3, "10.1": None}),
        ("{type: number, step: 5}", {"ten": 10, "eleven": None, "ten and a half": None}),
        ("{type: percent, from: 10, step: 10}", {"fifty percent": 50, "half": 50, "a quarter": None, "5%": None}),
        ("{type: spelling, from: 2, to: 3}", {"A": None, "A B": "AB", "ABC": "ABC", "ABCD": None}),
        ("{type: color, as: rgb}", {"orange": [255, 128, 0]}),
        ("{type: color, as: hsb}", {"orange": [30, 100, 100], "white": [0, 0, 100]}),
        ("{type: color, as: name}", {"grey": "gray", "golden": "gold"}),
    ],
)
def test_options(text: str, sayings: dict[str, object]) -> None:
    known = grammar.parse(f"intents: {{A: {{sentences: ['say {{n}}']}}}}\nlists: {{n: {text}}}")
    found = {said: [match.slots["n"] for match in known.matches(f"say {said}")] for said in sayings}
    assert found == {said: [] if value is None else [value] for said, value in sayings.items()}


def test_a_language_may_lack_a_type() -> None:
    with pytest.raises(ConfigError, match="the type 'duration' is known in de, en, es, fr, it, nl, and not in 'pl'"):
        of_type("duration", "pl")
