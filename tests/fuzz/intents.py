"""Fuzz target: intents files. Whatever they hold, they are loaded or refused with sentences; what loads works."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import yaml

from tests.fuzz.config import WORDS as YAML_WORDS
from tests.fuzz.config import check_sentences
from voiced import grammar
from voiced.acting.actions import actions_for
from voiced.errors import ConfigError
from voiced.foundations.resources import shipped
from voiced.foundations.yaml_source import read

if TYPE_CHECKING:
    from pathlib import Path

PIECES = (
    "{0..100,0:x} {0..5:x} {a} <r> [x] (a|b) (a;b) {a:@b} \\ wildcard: in: out: "
    "multiplier: fractions: run: timeout: -5 22.5 $SYS expires: {a[b=c]} {a[b=c,d=1]:x} join:"
)
LINES = (
    "range: {from: 0, to: 9, step: 3}, fractions: halves, multiplier: 60",
    "language: de",
    "type: duration",
    "type: number, from: -5, to: 50, fractions: tenths",
    "type: color, as: rgb",
    "skip_words: [please]",
    "compound: false",
    "joining_words: [and, '-plus-']",
    "folding: true",
    "folding: false",
    "settings: {ignore_whitespace: true}",
    "lists: {a: [wi-fi, caf\u00e9, A/C, SWR3]}",
    "requires_context: {a: b}",
    "payload: {a: 1}",
    "map: {a: {x: 1}}",
    "run: [x, '{a}', '{a} {a.b}']",
    "run: ['{a}'], timeout: 3",
    "lists: {a: [{in: x, b: c}], d: {join: [a, e]}, e: {join: [d]}}",
    "examples: {a: }",
    "data: [{sentences: [a]}]",
    "expansion_rules: {r: a}",
)
WORDS = (
    *YAML_WORDS,
    *(piece.encode() for piece in PIECES.split()),
    *(f"{line}\n".encode() for line in LINES),
)
FOUND = (
    b"intents: {A: {sentences: ['set {0..100,0:level}']}}",
    b"intents: {A: {sentences: ['go {a}']}}\nlists: {a: &a [*a]}",
    b"intents: {A: {sentences: ['go {a}']}}\nlists: {a: ['{a}']}",
    b"language: ../x\nintents: {A: {sentences: [a]}}",
    b"intents: {A: {sentences: ['set {0..9999999999:level}']}}",
    b"intents: {A: {sentences: ['go {a}']}}\nlists: {a: {range: {from: 0, to: 99999999999999999}}}",
    b"intents: {A: {sentences: [a], action: {topic: t, expires: .inf}}}",
    b"intents: {A: {sentences: ['go {a}']}}\nlists: {a: ['big {0..5:x} lamp']}",
)


def seeds() -> list[bytes]:
    """Return intents files that are right, of both formats."""
    ours = [_complete(file) for file in sorted(shipped("intents").glob("*.yaml")) if file.name != "house.yaml"]
    theirs = (
        b"language: en\nintents:\n  HassTurnOn:\n    data:\n      - sentences: ['<turn> on [the] {name}']\n"
        b"        slots: {domain: light}\n        requires_context: {area: {slot: true}}\n"
        b"lists:\n  name: {values: [{in: 'big (lamp|light)', out: lamp, context: {area: hall}}, fan]}\n"
        b"  level: {range: {from: 0, to: 100, type: percentage}}\nexpansion_rules: {turn: '(turn|switch)'}\n"
    )
    return [*ours, theirs, *FOUND]


def _complete(file: Path) -> bytes:
    """Return a file that ships, with the lists and rules that it takes from house.yaml."""
    house, own = read(file.with_name("house.yaml")).data, read(file).data
    for section in ("lists", "rules"):
        own[section] = house[section] | own.get(section, {})
    return yaml.safe_dump(own, width=1_000, sort_keys=False).encode()


def target(data: bytes) -> None:
    """Load intents, draw sentences of them, and build the messages of what is understood."""
    text = data.decode(errors="replace")  # what is no UTF-8 is told by `yaml_source.read`
    try:
        commands = grammar.parse(text)
    except ConfigError as error:
        check_sentences(error)
        return
    grammar.check_examples(commands)
    for sample in commands.sample(Random(1), 2):
        match = commands.match(sample.text)
        assert match is not None, sample.text
        actions_for(commands.intents[match.intent].actions, match)
        # Twice in one breath: understood or not, but never an error.
        for several in commands.matches(f"{sample.text} and {sample.text}"):
            assert all(
                actions_for(commands.intents[each.intent].actions, each) is not None for each in several.commands
            )
