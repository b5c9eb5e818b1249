"""Texts that nearly are JSON: told, where words that are spoken freely stand between their quotes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from voiced import grammar
from voiced.grammar.hand_written import holds_json, is_json

if TYPE_CHECKING:
    from voiced.grammar import Grammar


def loaded(action: object) -> Grammar:
    intents = {
        "Note": {"sentences": ["note {words}", "note {level} for {words}"], "action": action},
        "Level": {"sentences": ["level {level}"], "action": {"topic": "t", "payload": "{'level': '{level}'}"}},
    }
    lists = {"words": {"wildcard": True}, "level": {"range": {"from": 1, "to": 5}}}
    return grammar.parse(json.dumps({"lists": lists, "intents": intents}), "i.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "{'do': '{words}'}",
        '{"do": "{words}",}',
        '{do: "{words}"}',
        '{"do": "{words}"}\n{"and": 1}',
        'publish {"do": "{words}"}',
        '{"do": "say {words}" /* or what */}',
        "['{words}', 1]",
        '{"said": "{text}" "x"}',
    ],
)
def test_nearly_json_is_told(text: str) -> None:
    for action, advice in (({"topic": "t", "payload": text}, "write a mapping"), ({"run": ["do", text]}, "correct it")):
        [warning] = loaded(action).warnings
        assert warning.startswith("i.yaml:1: ")
        assert "is no JSON, so that quotes in what is said for '" in warning
        assert advice in warning


@pytest.mark.parametrize(
    "payload",
    [
        '{"do": "{words}"}',
        {"do": "it's {words}"},
        '"{words}"',
        'say "{words}"',
        '[note] "{words}"',
        "{words} [1]",
        "it's [{words}]",
        {"do": '{"do": "{words}"}'},
    ],
)
def test_json_and_texts_for_people_are_not(payload: object) -> None:
    assert loaded({"topic": "t", "payload": payload}).warnings == ()


def test_what_is_json() -> None:
    assert is_json('{"a": {x}}')
    assert is_json('"{x}"')
    assert not is_json("{x}")
    assert not is_json('{"a": NaN}')
    assert not is_json("[" * 100_000)
    assert holds_json('["{x}"]')
    assert not holds_json("[{x}]")
    assert not holds_json('"{x}"')
