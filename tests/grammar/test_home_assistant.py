"""Home Assistant's custom sentences load unchanged, and mean what they mean there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.grammar.hassil_judge import judge, readings
from voiced import grammar
from voiced.foundations.yaml_source import document
from voiced.grammar.intents import intents_schema

if TYPE_CHECKING:
    from pathlib import Path

CUSTOM_SENTENCES = """
language: "en"
settings:
  filter_with_regex: false
intents:
  HassTurnOn:
    data:
      - sentences:
          - "<turn> on [<the>] {name}"
          - "[<the>] {name} on"
        requires_context:
          domain: [light, switch]
        response: "default"
        metadata: {kind: "device"}
      - sentences: ["open [<the>] {name}"]
        slots: {domain: cover}
        requires_context: {domain: cover}
        excludes_context: {broken: true}
  HassVacuumStart:
    data:
      - sentences: ["(start|run) <vac> [in {where}]"]
        expansion_rules: {vac: "[the] vacuum"}
        lists: {where: {values: ["the kitchen", {in: "here[ please]", out: here}]}}
        required_keywords: [vacuum]
      - sentences: ["clean at {level} percent[age]"]
lists:
  name:
    values:
      - in: "(bed|night) light"
        out: light.bed
        context: {domain: light}
        metadata: {id: 1}
      - {in: "garage door", out: cover.garage, context: {domain: {value: cover}}}
      - {in: "old blind", out: cover.old, context: {domain: cover, broken: true}}
      - {in: "fan", out: switch.fan, context: {domain: switch}}
  level:
    range: {type: percentage, from: 10, to: 100, step: 10}
expansion_rules:
  the: "(the|my)"
  turn: "(turn|switch)"
skip_words: [please]
responses:
  errors: {no_intent: "Sorry"}
"""


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("turn on the bed light", "HassTurnOn", {"name": "light.bed"}),
        ("Switch on my Night-Light, please.", "HassTurnOn", {"name": "light.bed"}),
        ("fan on", "HassTurnOn", {"name": "switch.fan"}),
        ("turn on garage door", None, {}),
        ("open the garage door", "HassTurnOn", {"name": "cover.garage", "domain": "cover"}),
        ("open the old blind", None, {}),
        ("open the fan", None, {}),
        ("start the vacuum", "HassVacuumStart", {}),
        ("run vacuum in the kitchen", "HassVacuumStart", {"where": "the kitchen"}),
        ("run vacuum in here please", "HassVacuumStart", {"where": "here"}),
        ("clean at fifty percentage", "HassVacuumStart", {"level": 50}),
        ("clean at 55 percent", None, {}),
    ],
)
def test_custom_sentences(text: str, intent: str | None, slots: dict[str, Any]) -> None:
    match = grammar.parse(CUSTOM_SENTENCES).match(text)
    assert (match.intent, match.slots) == (intent, slots) if match else intent is None
    assert [
        reading for reading in readings(judge([CUSTOM_SENTENCES]), text) if reading == (intent, slots)
    ] or not intent


def test_an_intent_may_be_spread_over_files(tmp_path: Path) -> None:
    for word in ("one", "two"):
        text = f"intents:\n  A:\n    data:\n    - sentences: [{word}]\n    examples: {{{word}: {{}}}}\n"
        (tmp_path / f"{word}.yaml").write_text(text)
    commands = grammar.load([tmp_path])
    assert [match.intent for word in ("one", "two") if (match := commands.match(word))] == ["A", "A"]
    assert [example.text for example in commands.intents["A"].examples] == ["one", "two"]


def test_the_schema_accepts_custom_sentences() -> None:
    jsonschema.validate(document(CUSTOM_SENTENCES, "a.yaml").data, intents_schema())


ODDITIES = {
    "keys that nobody knows": (
        "intents: {A: {odd: 1, data: [{sentences: [a], odd: 2, expansion_rules: {}, lists: {}}]}}",
        "a",
        None,
    ),
    "nothing where something might be": (
        "intents: {A: {data: [{sentences: [a], slots: , requires_context: , lists: }]}}\nlists:\nsettings:",
        "a",
        None,
    ),
    "one block without a dash": ("intents: {A: {data: {sentences: [a]}}}", "a", None),
    "one sentence without a dash": ("intents: {A: {data: [{sentences: a}]}}", "a", None),
    "a sentence that is a number": ("intents: {A: {data: [{sentences: [42]}]}}", "42", None),
    "a sentence that is none": (
        "intents: {A: {data: [{sentences: [a, {b: c}, null, d]}]}}",
        "d",
        "this is no text, and is left out; put it in quotes if it is meant",
    ),
    "blocks without sentences": (
        "intents: {A: {data: [{sentences: []}, {slots: {x: 1}}, 5, {sentences: [a]}]}}",
        "a",
        "the block has no 'sentences', and is left out",
    ),
    "an intent without blocks": ("intents: {A: {data: [{sentences: [a]}]}, B: , C: {data: []}}", "a", "no "),
    "a key that stands twice": ("intents: {A: {data: [{sentences: [b], sentences: [a]}]}}", "a", "is given twice"),
    "values that are no texts": (
        "intents: {A: {data: [{sentences: ['a {x}']}]}}\nlists: {x: {values: [1, true, 2.5, {in: 7, out: 8}]}}",
        "a 7",
        None,
    ),
    "a value without words": (
        "intents: {A: {data: [{sentences: ['a {x}']}]}}\nlists: {x: {values: [null, {out: 1}, b]}}",
        "a b",
        "the value does not say what is said; write it under 'in'",
    ),
    "several kinds of one list": (
        "intents: {A: {data: [{sentences: ['a {x}']}]}}\nlists: {x: {values: [b], wildcard: true, range: {from: 1}}}",
        "a b",
        None,
    ),
    "numbers in quotes": (
        "intents: {A: {data: [{sentences: ['a {x}']}]}}\nlists: {x: {range: {from: '1', to: 9.0, z: 1}}}",
        "a 5",
        None,
    ),
    "a range that is none": (
        "intents: {A: {data: [{sentences: ['a {x}', b]}]}}\nlists: {x: {range: {from: 5, to: 1}}}",
        "b",
        "the range goes from 5 down to 1; swap 'from' and 'to'; it is left out",
    ),
    "a list that is none": (
        "intents: {A: {data: [{sentences: ['a {x}', b]}]}}\nlists: {x: {values: []}, y: , z: 5}",
        "b",
        "the list has no values; it is left out",
    ),
    "a rule that is none": (
        "intents: {A: {data: [{sentences: ['a <x>', b]}]}}\nexpansion_rules: {x: [1, 2], y: 5}",
        "b",
        "the rule is empty; it is left out",
    ),
    "a sentence of one rule": (
        "intents: {A: {data: [{sentences: [<x>]}]}}\nexpansion_rules: {x: a}",
        "a",
        None,
    ),
    "a rule of the block over that of the file": (
        "intents: {A: {data: [{sentences: [<x>], expansion_rules: {x: a}}]}}\nexpansion_rules: {x: b}",
        "a",
        None,
    ),
    "a value kept for the answer": (
        "intents: {A: {data: [{sentences: ['a {x:@response}']}]}}\nlists: {x: {values: [b]}}",
        "a b",
        None,
    ),
    "tabs and spaces in a sentence": ('intents: {A: {data: [{sentences: ["  a\\t b "]}]}}', "a b", None),
    "metadata": (
        "intents: {A: {data: [{sentences: [a], required_keywords: [a], metadata: {x: 1}, response: b}]}}",
        "a",
        None,
    ),
}


@pytest.mark.parametrize(("text", "said", "told"), ODDITIES.values(), ids=ODDITIES)
def test_what_home_assistant_takes_is_taken(text: str, said: str, told: str | None) -> None:
    commands = grammar.parse(text)
    assert commands.match(said)
    if told is None:
        assert commands.warnings == ()
    else:
        assert all(warning.startswith("intents.yaml:") for warning in commands.warnings)
        assert any(told in warning for warning in commands.warnings)


def test_a_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + CUSTOM_SENTENCES.replace("\n", "\r\n").encode())
    assert grammar.load([tmp_path]).match("fan on")


def test_the_folder_says_the_language(tmp_path: Path) -> None:
    folder = tmp_path / "custom_sentences" / "de"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text(
        "intents: {A: {data: [{sentences: ['stell {x}'], lists: {x: {range: {from: 1, to: 3}}}}]}}"
    )
    commands = grammar.load([folder])
    assert commands.language == "de"
    assert commands.match("stell zwei")
