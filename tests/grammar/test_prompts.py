"""Prompts: every word once, the hardest kept; sentences as long as they say something new; all within the tokens."""

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


SENTENCES = """
intents:
  A: {sentences: ["turn (on|off) [the] {room} light[s]", "set [the] {room} to {percent} percent"]}
  B: {sentences: ["good night"]}
lists:
  room: [kitchen, bedroom, living room]
  percent: {range: {from: 0, to: 100}}
"""


def words(text: str) -> int:
    """A tokenizer that makes a token of every word."""
    return len(text.split())


def test_they_follow_the_prompt_and_fit() -> None:
    commands = grammar.parse(SENTENCES)
    for limit in range(2, 40):
        prompt = grammar.with_examples("kitchen, bedroom.", commands, words, limit)
        assert words(prompt) <= limit
        assert prompt.startswith("kitchen, bedroom.")
    assert words(prompt) > 30
    assert prompt == grammar.with_examples("kitchen, bedroom.", commands, words, limit)


def test_each_is_a_command_written_as_a_sentence() -> None:
    commands = grammar.parse(SENTENCES)
    sentences = grammar.with_examples("", commands, words, 60).removesuffix(".").split(". ")
    assert len(sentences) > 5
    assert all(commands.match(sentence) and sentence[0].isupper() for sentence in sentences)
    assert {match.intent for sentence in sentences if (match := commands.match(sentence))} == {"A", "B"}


def test_nothing_is_said_again() -> None:
    commands = grammar.parse("intents: {Night: {sentences: ['good night [everybody]']}}")
    assert grammar.with_examples("", commands, words) in {
        "Good night everybody.",
        "Good night. Good night everybody.",
    }


def test_what_nobody_can_say_is_left_out() -> None:
    """A list may hold nothing but what is not said."""
    nothing = "intents: {Open: {sentences: ['open {door}']}}\nlists: {door: ['-']}"
    assert grammar.with_examples("door.", grammar.parse(nothing), words) == "door."
    one = "intents: {Open: {sentences: ['open {door}', 'good night']}}\nlists: {door: ['-']}"
    assert grammar.with_examples("", grammar.parse(one), words) == "Good night."


def test_types_spell_nothing_out() -> None:
    """Their words are those that Whisper knows best, and letters that are spelt help with nothing."""
    commands = grammar.parse("""
intents: {A: {sentences: ["wake me at {at}", "spell {name}"]}}
lists: {at: {type: time}, name: {type: spelling}}
""")
    assert grammar.vocabulary_prompt(commands, len) == "spell, wake me at."
    assert "Spell" not in grammar.with_examples("", commands, len, 2_000)
    assert "Wake me at" in grammar.with_examples("", commands, len, 2_000)
