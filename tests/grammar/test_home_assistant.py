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
