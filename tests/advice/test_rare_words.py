"""Words that Whisper hardly ever writes, by the vocabularies that are installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from voiced import grammar
from voiced.advice.rare_words import check_words, is_rare, tokenizer_of
from voiced.foundations.resources import shipped

RARE = ["xkcd", "mqtt", "hvac", "qwrt", "Zigbee2MQTT", "tr4dfri"]
USUAL = [
    "kitchen",
    "thermostat",
    "dehumidifier",
    "macchiato",
    "Roomba",
    "Siobhan",
    "wifi",
    "Wi-Fi",
    "TV",
    "LG",
    "shelly",
]


@pytest.mark.parametrize("model", ["tiny.en", "base"])
def test_words(model: str) -> None:
    tokenizer = tokenizer_of(model)
    assert tokenizer is not None
    assert [word for word in RARE + USUAL if is_rare(word, len(tokenizer.encode_phrase(word)))] == RARE


@pytest.mark.parametrize("word", ["büro", "füge", "öffne", "fahrt", "Gästezimmer", "Deckenleuchte", "кухня", "厨房"])
def test_words_of_other_languages(word: str) -> None:
    tokenizer = tokenizer_of("base")
    assert tokenizer is not None
    assert not is_rare(word, len(tokenizer.encode_phrase(word)))


def test_each_word_is_told_once_with_its_place() -> None:
    commands = grammar.parse(
        """
intents:
  A: {sentences: ['ask <it> about {x}']}
rules: {it: '[the] mqtt'}
lists:
  x: [xkcd, xkcd comic]
""",
        "a.yaml",
    )
    mqtt, xkcd = check_words(commands, "tiny.en")
    remedy = "write what it sounds like in `in:`, and the name in `out:`"
    assert mqtt == f"a.yaml:3: Whisper hardly ever writes 'mqtt' (in scraps: m·q·tt); {remedy}"
    assert xkcd == f"a.yaml:6: Whisper hardly ever writes 'xkcd' (in scraps: x·k·cd); {remedy}"


def test_the_intents_that_ship_are_written() -> None:
    assert list(check_words(grammar.load([shipped("intents")]), "tiny.en")) == []


def test_a_model_that_is_not_there_tells_nothing() -> None:
    commands = grammar.parse("intents: {A: {sentences: [mqtt]}}")
    assert list(check_words(commands, "no such model")) == []


def test_neither_torch_nor_weights_are_loaded() -> None:
    code = (
        "import sys; from voiced import grammar; from voiced.advice.acoustic import warnings; "
        "list(warnings(grammar.parse('intents: {A: {sentences: [mqtt]}}'), 'tiny.en')); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
