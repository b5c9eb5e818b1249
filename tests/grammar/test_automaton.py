"""The automaton by itself: places, marks, calls, spaces, and what it remembers."""

from __future__ import annotations

import tracemalloc
from random import Random

import pytest

from voiced import grammar
from voiced.foundations.resources import shipped
from voiced.grammar.automaton import Close, Ended, Open, Value
from voiced.grammar.normalize import normalize

GO = "intents: {A: {sentences: ['go [to] {x} now']}}\nlists: {x: [hi, ho, {in: hum, out: 5}]}"


@pytest.fixture(scope="module")
def household() -> grammar.Grammar:
    """The intents that ship."""
    return grammar.load([shipped("intents")])


def marks_of(commands: grammar.Grammar, text: str) -> set[tuple[object, ...]]:
    """The marks on each way that reads a text and ends there."""
    automaton = commands.automaton
    ways = set(automaton.start())
    for char in text:
        ways = {(there, (*marks, *more)) for place, marks in ways for there, more in automaton.step(place, char)}
    return {(*marks, *more) for place, marks in ways for more in automaton.finish(place)}


def test_marks_tell_what_was_read() -> None:
    commands = grammar.parse(GO)
    assert marks_of(commands, "go hum now") == {(Open("x"), Value(5), Close(), Ended(0))}
    assert marks_of(commands, "go to hi now") == {(Open("x"), Value("hi"), Close(), Ended(0))}
    assert marks_of(commands, "go hi") == set()


def test_a_text_that_goes_wrong_leads_nowhere() -> None:
    automaton = grammar.parse(GO).automaton
    assert automaton.walk("go h")
    assert not automaton.walk("go ha")
    assert automaton.walk("o hi", automaton.walk("g")) == automaton.walk("go hi")


def test_a_part_can_be_walked_without_its_callers() -> None:
    automaton = grammar.parse(GO).automaton
    (inside,) = automaton.walk("go h")
    alone = automaton.alone(inside)
    (left,) = automaton.walk("o", [alone])
    assert automaton.has_left(left)
    assert not automaton.has_left(alone)
    assert automaton.walk("o", [inside]) == frozenset(automaton.leave(inside, at_boundary=False))


def test_a_wildcard_takes_any_letter_but_words_only() -> None:
    automaton = grammar.parse("intents: {A: {sentences: ['note {text}']}}\nlists: {text: {wildcard: true}}").automaton
    places = automaton.walk("note x")
    assert any(map(automaton.is_wild, places))
    assert any(map(automaton.finish, automaton.walk("note \u00e9t\u00e9 7")))
    assert not any(map(automaton.finish, automaton.walk("note")))


def test_the_automaton_alone_accepts_what_is_drawn(household: grammar.Grammar) -> None:
    """The other reader, the constraint, has nothing but the places."""
    automaton = household.automaton
    for sample in household.sample(Random(5), 100):
        places = automaton.walk(normalize(sample.text).text)
        ways = [marks for place in places for marks in automaton.finish(place)]
        ended = {mark.sentence for marks in ways for mark in marks if isinstance(mark, Ended)}
        assert sample.intent in {household.sentences[number].intent for number in ended}


def test_steps_are_remembered_within_bounds(household: grammar.Grammar) -> None:
    for sample in household.sample(Random(11), 20):
        household.match(sample.text)
    again = [sample.text for sample in household.sample(Random(11), 20)]
    tracemalloc.start()
    for text in again * 5:
        household.match(text)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 200_000
