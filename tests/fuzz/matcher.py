"""Fuzz target: sentences of random grammars, whole and spoilt. Our matcher says what Home Assistant's says."""

from __future__ import annotations

from random import Random

import yaml

from tests.fuzz.config import check_sentences
from tests.grammar.test_against_hassil import SHARED, assert_agreement, random_template
from voiced import grammar
from voiced.errors import ConfigError

FOUND: tuple[bytes, ...] = ()


def seeds() -> list[bytes]:
    """Return inputs of no meaning: they only seed what is drawn."""
    return [b"0", b"1", *FOUND]


def target(data: bytes) -> None:
    """Draw a grammar, and compare two sentences and two spoilt ones."""
    random = Random(data)
    intents = {name: {"sentences": [random_template(random) for _ in range(2)]} for name in ("A", "B")}
    text = yaml.safe_dump({"intents": intents, **SHARED}, width=1000)
    try:
        commands = grammar.parse(text)
    except ConfigError as error:
        check_sentences(error)
    else:
        assert_agreement(commands, [text], random, 2)
