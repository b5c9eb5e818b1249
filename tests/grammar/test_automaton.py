"""The automaton by itself: places, marks, calls, spaces, and what it remembers."""

from __future__ import annotations

import gc
import tracemalloc
from random import Random

import pytest

from voiced import grammar
from voiced.foundations.resources import shipped
from voiced.grammar.automaton import Close, Ended, Open, Value

GO = "intents: {A: {sentences: ['go [to] {x} now']}}\nlists: {x: [hi, ho, {in: hum, out: 5}]}"


@pytest.fixture(scope="module")
def household() -> grammar.Grammar:
    """The intents that ship."""
    return grammar.load([shipped("intents")])


def marks_of(commands: grammar.Grammar, text: str) -> set[tuple[object, ...]]:
    """The marks on each way that reads a text and ends there."""
    automaton = commands.automaton
    ways = set(automaton.start(range(len(commands.sentences))))
    for char in text:
        ways = {(there, (*marks, *more)) for place, marks in ways for there, more in automaton.step(place, char)}
    return {(*marks, *more) for place, marks in ways for more in automaton.finish(place)}


def test_marks_tell_what_was_read() -> None:
    commands = grammar.parse(GO)
    assert marks_of(commands, "go hum now") == {(Open("x"), Value(5), Close(), Ended(0))}
    assert marks_of(commands, "go to hi now") == {(Open("x"), Value("hi"), Close(), Ended(0))}
    assert marks_of(commands, "go hi") == set()


def test_sentences_begin_by_themselves() -> None:
    automaton = grammar.parse("intents: {A: {sentences: ['go', '[please] stop']}}").automaton
    assert {place[0] for place, _ in automaton.start([0])} == {automaton.sentences[0][0]}
    assert automaton.start([1])
    assert automaton.start([0, 1]) == automaton.start([0]) + automaton.start([1])


def test_steps_are_remembered_within_bounds(household: grammar.Grammar) -> None:
    for sample in household.sample(Random(11), 20):
        household.match(sample.text)
    again = [sample.text for sample in household.sample(Random(11), 20)]
    tracemalloc.start()
    for text in again * 5:
        household.match(text)
    # What nobody refers to is not remembered; when it is collected depends on what ran before.
    gc.collect()
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 200_000
