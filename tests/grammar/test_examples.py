"""Sentences in the prompt: as many as fit, as long as they say something new."""

from __future__ import annotations

from voiced import grammar

INTENTS = """
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
    commands = grammar.parse(INTENTS)
    for limit in range(2, 40):
        prompt = grammar.with_examples("kitchen, bedroom.", commands, words, limit)
        assert words(prompt) <= limit
        assert prompt.startswith("kitchen, bedroom.")
    assert words(prompt) > 30
    assert prompt == grammar.with_examples("kitchen, bedroom.", commands, words, limit)


def test_each_is_a_command_written_as_a_sentence() -> None:
    commands = grammar.parse(INTENTS)
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
