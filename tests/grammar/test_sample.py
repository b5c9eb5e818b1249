"""Sentences that are drawn: the grammar understands them, every intent comes, and a seed repeats them."""

from __future__ import annotations

from random import Random

import pytest

from voiced import grammar
from voiced.foundations.resources import shipped


@pytest.fixture(scope="module")
def household() -> grammar.Grammar:
    """The intents that ship."""
    return grammar.load([shipped("intents")])


def test_whatever_is_drawn_is_understood(household: grammar.Grammar) -> None:
    for sample in household.sample(Random(7), 300):
        meanings = [(match.intent, match.slots) for match in household.matches(sample.text)]
        assert (sample.intent, sample.slots) in meanings, sample


def test_drawing_is_repeatable_and_reaches_every_intent(household: grammar.Grammar) -> None:
    drawn = [sample.text for sample in household.sample(Random(3), 200)]
    assert drawn == [sample.text for sample in household.sample(Random(3), 200)]
    assert {sample.intent for sample in household.sample(Random(3), 400)} == set(household.intents)


def test_a_list_without_words_is_never_drawn() -> None:
    commands = grammar.parse("intents: {A: {sentences: ['go [to {x}]', 'see {x}']}}\nlists: {x: ['-']}")
    assert {sample.text for sample in commands.sample(Random(0), 20)} == {"go"}
