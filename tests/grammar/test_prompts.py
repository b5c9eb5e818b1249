"""The vocabulary prompt: every word once, the hardest kept, within the tokens that there are."""

from __future__ import annotations

from voiced import grammar
from voiced.grammar.prompts import vocabulary

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


def test_everything_once_as_it_is_written() -> None:
    phrases = vocabulary(grammar.parse(INTENTS))
    assert phrases == ("Turn", "on", "off", "the", "my", "kitchen", "EcoBee", "light", "living room", "to 5")


def test_the_prompt_fits_and_keeps_what_is_hard() -> None:
    commands = grammar.parse(INTENTS)
    for limit in (0, 5, 12, 20, 40, 100):
        assert letters(grammar.vocabulary_prompt(commands, letters, limit)) <= limit
    assert grammar.vocabulary_prompt(commands, letters, 11) == "living room."
    assert grammar.vocabulary_prompt(commands, letters, 19) == "kitchen, living room."
    assert set(grammar.vocabulary_prompt(commands, letters).removesuffix(".").split(", ")) == set(vocabulary(commands))


def test_phrases_that_bring_no_new_word_are_left_out() -> None:
    commands = grammar.parse("intents: {A: {sentences: ['{drink}']}}\nlists: {drink: [iced tea, mocha, iced mocha]}")
    assert grammar.vocabulary_prompt(commands, letters) == "mocha, iced tea."


def test_backwards_is_the_same_list_from_its_end() -> None:
    assert grammar.backwards("kitchen, living room, 5 a.m..") == "5 a.m., living room, kitchen."
    assert grammar.backwards("") == ""
