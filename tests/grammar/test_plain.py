"""What is read without pydantic is what pydantic would have read; everything else is left to it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.foundations.resources import shipped
from voiced.foundations.yaml_source import Document, document
from voiced.grammar.intents import read
from voiced.grammar.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERYTHING = """
language: de
skip_words: [bitte]
rules: {the: "[the]"}
lists:
  color: [red, "light[ ]blue", 7, 2.5, {in: green, out: {hue: 120}}, {in: grey}]
  level: {range: {from: 0, to: 100, step: 5, fractions: halves, multiplier: 2, digits: true, words: true}}
  other: {range: {from: -5, to: 5, words: false, words_language: en}}
  named: {values: [one, two]}
  text: {wildcard: true}
  length: {type: duration}
  count: {type: number, from: -5, to: 5, step: 1, fractions: tenths}
  paint: {type: color, as: rgb}
  all: {join: [color, named]}
intents:
  Paint:
    description: colours
    sentences: ["paint <the> wall {color}"]
    slots: {place: wall, count: 1, share: 0.5, sure: true}
    action:
      topic: "home/{color}"
      payload: {a: ["{color}", null, 1]}
      qos: 2
      retain: true
      expires: 3
      map: {color: {red: [255, 0], 7: null}}
    examples: {"paint the wall red": {color: red}, "paint wall grey": null}
  Two:
    sentences: [two]
    action: [{topic: a}, {topic: b, payload: x, expires: 0.5}, {run: [a, "{b} c"], timeout: 3, expires: 2}]
"""
SHIPPED = sorted(shipped("intents").glob("*.yaml"))
DATA = [document(path.read_text(), path.name).data for path in SHIPPED] + [document(EVERYTHING, "every.yaml").data]


@pytest.mark.parametrize("data", DATA, ids=[*(path.name for path in SHIPPED), "everything"])
def test_plain_files_are_read_without_pydantic(data: Any) -> None:
    assert repr(plain(data)) == repr(read(made_of(data)))


@pytest.mark.parametrize(
    "text",
    [
        "intents: {A: {data: [{sentences: [a]}]}}",  # Home Assistant's
        "expansion_rules: {the: '[the]'}",
        "intents: {A: {sentences: []}}",  # wrong
        "intents: {A: {sentences: [a], action: {topic: 'a/#'}}}",
        "lists: {a: [yes, true]}",
        "lists: {a: {range: {from: 5, to: 1}}}",
        "lists: {a: {join: []}}",
        "intents: {A: {sentences: [a], action: {topic: t, map: {x: {a: b}}}}}",
        "intents: {A: {sentences: [a], action: {topic: t, run: []}}}",
        "intents: {A: {sentences: [a], action: {topic: '', run: [a]}}}",
        "intents: {A: {sentences: [a], action: {run: [a, 5]}}}",
        "intents: {A: {sentences: [a], action: {run: a}}}",
        "intents: {A: {sentences: [a], action: {run: [a], timeout: 0}}}",
        "lists: {a: {range: {from: 1, to: 5, step: 1.0}}}",  # unusual: pydantic takes it
    ],
)
def test_all_else_is_left_to_pydantic(text: str) -> None:
    assert plain(document(text, "intents.yaml").data) is None


SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.integers() | st.floats(allow_nan=False) | st.text("a#[${")
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
)
NAMES = "in out from to step type fractions context values range topic qos sentences data examples lists join map x"
KEYS = st.sampled_from([*NAMES.split(), "run", "timeout"])


@given(st.data())
def test_what_is_taken_pydantic_takes_and_reads_alike(draw: st.DataObject) -> None:
    """Files with something in them changed, taken away or added."""
    changed = copy.deepcopy(draw.draw(st.sampled_from(DATA)))
    for _ in range(draw.draw(st.integers(1, 2))):
        inside = draw.draw(st.sampled_from(list(containers(changed))))
        if draw.draw(st.booleans()) and inside:
            key = draw.draw(st.sampled_from(list(inside) if isinstance(inside, dict) else range(len(inside))))
            inside[key] = draw.draw(VALUES)
            if draw.draw(st.booleans()):
                del inside[key]
        elif isinstance(inside, dict):
            inside[draw.draw(KEYS)] = draw.draw(VALUES)
    found = plain(changed)
    if found is not None:
        assert repr(found) == repr(read(made_of(changed)))  # repr tells 1 from 1.0 and from True


def made_of(data: Any) -> Document:
    return Document("intents.yaml", data, {}, ())


def containers(data: Any) -> Iterator[Any]:
    """Every mapping and list in it."""
    if isinstance(data, (dict, list)):
        yield data
        for value in data.values() if isinstance(data, dict) else data:
            yield from containers(value)
