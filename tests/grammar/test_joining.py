"""The same list or rule in several places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from voiced import grammar
from voiced.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from voiced.grammar import Grammar

INTENTS = "intents: {A: {sentences: ['go <to> {room}']}}\n"


def load(folder: Path, *texts: str) -> Grammar:
    for number, text in enumerate(texts, 1):
        (folder / f"{number}.yaml").write_text(text)
    return grammar.load([folder])


def test_values_of_a_list_are_joined(tmp_path: Path) -> None:
    rooms = "lists: {room: [hall, {in: attic, out: top}]}\nrules: {to: to}"
    commands = load(tmp_path, INTENTS + rooms, "lists: {room: [cellar, hall]}", "lists: {room: [barn]}")
    said = {room: match and match.slots["room"] for room in ROOMS if (match := commands.match(f"go to {room}"))}
    assert said == {"hall": "hall", "attic": "top", "cellar": "cellar", "barn": "barn"}
    assert commands.warnings == ()


ROOMS = ("hall", "attic", "cellar", "barn", "garage")


@pytest.mark.parametrize("definition", ["{range: {from: 1, to: 3}}", "{wildcard: true}"])
def test_what_is_equal_may_be_repeated(definition: str, tmp_path: Path) -> None:
    text = f"lists: {{room: {definition}}}\nrules: {{to: to}}\n"
    commands = load(tmp_path, INTENTS + text, text)
    assert commands.match("go to 3")
    assert commands.warnings == ()


@pytest.mark.parametrize("other", ["{range: {from: 1, to: 4}}", "{wildcard: true}", "[hall]"])
def test_lists_that_differ_in_kind_cannot_be_joined(other: str, tmp_path: Path) -> None:
    rooms = "lists:\n  room: {range: {from: 1, to: 3}}\nrules: {to: to}\n"
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, INTENTS + rooms, f"lists:\n  room: {other}\n")
    [problem] = raised.value.problems
    assert problem.replace(f"{tmp_path}/", "") == (
        "2.yaml:2: the list 'room' is already defined in 1.yaml:3, and only values can be joined; rename one of them"
    )


def test_the_later_rule_counts_and_is_warned_of(tmp_path: Path) -> None:
    rules = "rules:\n  to: to\n"
    commands = load(tmp_path, INTENTS + "lists: {room: [hall]}\n" + rules, rules, "expansion_rules: {to: into}")
    assert [text for text in ("go to hall", "go into hall") if commands.match(text)] == ["go into hall"]
    [warning] = commands.warnings
    assert warning.replace(f"{tmp_path}/", "") == (
        "3.yaml:1: the rule 'to' replaces that of 2.yaml:2; rename one of them if both are meant"
    )


def test_languages_do_not_share_names(tmp_path: Path) -> None:
    german = "language: de\nintents: {B: {sentences: ['geh <to> {room}']}}\nlists: {room: [Flur]}\nrules: {to: in}"
    commands = load(tmp_path, INTENTS + "lists: {room: [hall]}\nrules: {to: to}", german)
    assert [text for text in ("go to hall", "go to Flur", "geh in Flur") if commands.match(text)] == [
        "go to hall",
        "geh in Flur",
    ]
    assert commands.warnings == ()


def test_of_home_assistants_lists_that_cannot_be_joined_one_counts(tmp_path: Path) -> None:
    intents = "intents: {A: {data: [{sentences: ['go {room}', 'to {n}']}]}}\n"
    lists = "lists:\n  room: {values: [hall]}\n  n: {range: {from: 1, to: 3}}\n"
    commands = load(tmp_path, intents + lists, "lists:\n  room: {wildcard: true}\n  n: {range: {from: 1, to: 9}}\n")
    assert [text for text in ("go hall", "go away", "to 9") if commands.match(text)] == ["go hall", "to 9"]
    assert [warning.replace(f"{tmp_path}/", "") for warning in commands.warnings] == [
        "2.yaml:2: the list 'room' is not that of 1.yaml:3, and only one of them counts",
        "2.yaml:3: the list 'n' is not that of 1.yaml:4, and only one of them counts",
    ]
