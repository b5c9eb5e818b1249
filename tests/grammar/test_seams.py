"""A template in which a bracket parts a mark from its number is refused; any other is read as its pieces are."""

from __future__ import annotations

import json
from random import Random

import pytest

from tests.grammar.test_limits import problems
from voiced import grammar

LISTS = {
    "n": {"range": {"from": 0, "to": 30}},
    "frost": {"range": {"from": -30, "to": -1}},
    "word": {"values": ["red", "dark green"]},
    "number": {"values": ["red", "7"]},
    "aside": {"values": [" pale,", "-"]},
    "anything": {"wildcard": True},
}
RULES = {"point": "(.|,)", "five": "5", "dash": "[-]"}


def file(template: str, language: str = "en") -> str:
    return json.dumps(
        {"language": language, "intents": {"A": {"sentences": [template]}}, "lists": LISTS, "rules": RULES}
    )


@pytest.mark.parametrize(
    ("template", "column"),
    [
        ("set [22].5", 9),
        ("set 22[.5]", 8),
        ("set 22.[5]", 9),
        ("set {n}.5", 8),
        ("set {n}[.5]", 9),
        ("set {n},5", 8),
        ("set {n}.{n:m}", 5),
        ("set {n}<point>{n:m}", 5),
        ("set 5.<five>", 7),
        ("set 5.{number}", 7),
        ("set {number}.5", 13),
        ("set [1][,]000", 11),
        ("set [1]..a", 8),
        ("set -[5]", 7),
        ("set [-]5", 8),
        ("set <dash>{n}", 11),
        ("-{number} on", 2),
        ("(set;{n}.5)", 9),
        ("set %[-]5", 9),
        ("go ([red];-[5])", 13),
        ("(22;[red])-[5]", 13),
    ],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_number_that_a_bracket_cuts_is_refused(template: str, column: int, language: str) -> None:
    told = problems(file(template, language))
    before = file(template, language).index(template) + 1
    caret = told.splitlines()[2].index("^") - 4 + 1
    assert told.startswith(f"intents.yaml:1:{before + caret - 1}: a bracket parts a point, comma or minus from")
    assert caret == column


@pytest.mark.parametrize(
    "template",
    [
        "set 22.5 [degrees]",
        "set (22.5|5)",
        "set {n} .5",
        "set {n}[, ]then",
        "set {n}[, ]{n:m}",
        "set {n}[,] {n:m}",
        "set {n}. [now]",
        "set {n}.",
        "set {word}.5",
        "set {word}[ |-]{n}",
        "set {n}[-]way",
        "set {n}[ |-]{n:m}",
        "set {n}.{frost}",
        "set {n}%[.]{n:m}",
        "set [x]-5",
        "set [x]\u20135",
        "{frost}.{word}",
        "qu'{anything}.5",
        "{anything},{word}",
        "n{aside}5",
        "{aside}[ok]",
        "A[.]C[.] {n}",
        "(-5;{n}.;, 5)",
    ],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_else_touches_is_read_as_its_pieces_are(template: str, language: str) -> None:
    commands = grammar.parse(file(template, language))
    for sample in commands.sample(Random(1), 20):
        meant = [match.slots for match in commands.matches(sample.text)]
        assert meant, sample
        assert {name: str(value).strip(" ,") for name, value in sample.slots.items()} in [
            {name: str(value).strip(" ,") for name, value in slots.items()} for slots in meant
        ]


def test_a_rule_that_cuts_a_number_is_told_once() -> None:
    text = "intents: {A: {sentences: ['go <half>', 'to <half>']}}\nrules: {half: '[22].5'}\n"
    told = problems(text).splitlines()
    assert [line for line in told if "bracket" in line] == [line for line in told if line.startswith("intents.yaml:2:")]
    assert len(told) == 4
