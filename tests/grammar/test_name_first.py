"""Among Home Assistant's sentences a device that is named is meant."""

from __future__ import annotations

from typing import Any

import pytest

from tests.grammar.hassil_judge import judge
from voiced import grammar

SENTENCES = """
intents:
  Lights: {data: [{sentences: ["turn on [the] lamp[s]", "turn on [the] {area} lamp"]}]}
  Device: {data: [{sentences: ["turn on [the] {name} [in {area}]"]}]}
lists:
  name: {values: [lamp, hall lamp, fan]}
  area: {values: [hall, kitchen]}
"""


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("turn on the lamp", "Device", {"name": "lamp"}),
        ("turn on the lamps", "Lights", {}),
        ("turn on the hall lamp", "Device", {"name": "hall lamp"}),
        ("turn on the kitchen lamp", "Lights", {"area": "kitchen"}),
        ("turn on the fan in kitchen", "Device", {"name": "fan", "area": "kitchen"}),
    ],
)
def test_the_name_comes_first(text: str, intent: str, slots: dict[str, Any]) -> None:
    from hassil.recognize import recognize_best  # noqa: PLC0415 # takes a while

    match = grammar.parse(SENTENCES).match(text)
    assert match
    assert (match.intent, match.slots) == (intent, slots)
    judged = recognize_best(text, judge([SENTENCES]), best_slot_name="name")
    assert judged
    assert (judged.intent.name, {slot: each.value for slot, each in judged.entities.items()}) == (intent, slots)


def test_equals_come_in_the_order_of_their_intents() -> None:
    from hassil.recognize import recognize_best  # noqa: PLC0415 # takes a while

    file = """
intents:
  SetVolume: {data: [{sentences: ["set {name} to {n}"]}]}
  SetBrightness: {data: [{sentences: ["set {name} to {n}"]}]}
lists: {name: {values: [lamp]}, n: {range: {from: 0, to: 100}}}
"""
    match, judged = grammar.parse(file).match("set lamp to 5"), recognize_best("set lamp to 5", judge([file]))
    assert match
    assert judged
    assert match.intent == judged.intent.name == "SetBrightness"
    own = file.replace("data: [{sentences:", "sentences:").replace("]}]}", "]}")
    own_match = grammar.parse(own.replace("{values: [lamp]}", "[lamp]")).match("set lamp to 5")
    assert own_match
    assert own_match.intent == "SetVolume", "the first in the file"


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("which windows are being open", {"state": "open"}),  # the sentence spells out "being"
        ("which windows are open", {"state": "open"}),
        ("which windows on first floor are open", {"floor": "first floor", "state": "open"}),  # a name is not cut
    ],
)
def test_only_names_are_the_longest(text: str, slots: dict[str, Any]) -> None:
    file = """
intents:
  Get: {data: [{sentences: ["which windows [on {floor} [floor]] are [being] {state}"]}]}
lists:
  floor: {values: [first, first floor]}
  state: {values: [open, {in: "being open", out: opening}]}
"""
    match = grammar.parse(file).match(text)
    assert match
    assert match.slots == slots


def test_among_our_own_sentences_words_come_first() -> None:
    own = """
intents:
  Lights: {sentences: ["turn on [the] lamp[s]"]}
  Device: {sentences: ["turn on [the] {name}"]}
lists: {name: [lamp, fan]}
"""
    match = grammar.parse(own).match("turn on the lamp")
    assert match
    assert match.intent == "Lights"
