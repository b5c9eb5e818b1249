"""The vocabulary prompt: every word once, the hardest kept, within the tokens that there are."""

from __future__ import annotations

from voiced import grammar
from voiced.grammar.vocabulary import vocabulary

INTENTS = """
intents:
  A: {sentences: ["Turn {state} <the> {room} light[s] [to 5]", "turn {state} a {thing}"]}
lists:
  state: [on, off]
  room: [kitchen, {in: "(EcoBee|living room)", out: x}]
  thing: {wildcard: true}
rules: {the: "[the|my]"}
"""


def letters(text: str) -> int:
    """A tokenizer that makes a token of every letter and comma."""
    return len(text.replace(" ", ""))


def test_every_word_once_as_it_is_written() -> None:
    words = vocabulary(grammar.parse(INTENTS))
    assert words == ("Turn", "on", "off", "the", "my", "kitchen", "EcoBee", "living", "room", "light", "to")


def test_the_prompt_fits_and_keeps_what_is_hard() -> None:
    commands = grammar.parse(INTENTS)
    for limit in (0, 5, 12, 20, 40, 100):
        prompt = grammar.vocabulary_prompt(commands, letters, limit)
        assert letters(prompt) <= limit
    assert grammar.vocabulary_prompt(commands, letters, 7) == "kitchen"
    assert set(grammar.vocabulary_prompt(commands, letters, 14).split(", ")) == {"kitchen", "EcoBee"}
    assert set(grammar.vocabulary_prompt(commands, letters, 223).split(", ")) == set(vocabulary(commands))
