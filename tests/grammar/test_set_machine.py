"""The deterministic machine: one set after each text, equal to all places; shared parts stay one; memory is bounded."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.grammar.test_laws import TEMPLATES, made_of
from voiced import grammar
from voiced.foundations.resources import shipped
from voiced.grammar.automaton import Ended
from voiced.grammar.normalize import normalize
from voiced.grammar.openings import set_of_places
from voiced.grammar.set_machine import SetMachine

if TYPE_CHECKING:
    from voiced.grammar.automaton import Automaton

GO = "intents: {A: {sentences: ['go [to] {x} now', 'go {x}']}}\nlists: {x: [hi, ho, {in: hum, out: 5}]}"


@pytest.fixture(scope="module")
def household() -> grammar.Grammar:
    """The intents that ship."""
    return grammar.load([shipped("intents")])


def by_places(automaton: Automaton, text: str) -> set[int]:
    """The sentences that a text completes, one place after the other."""
    moves = set(automaton.start(range(len(automaton.sentences))))
    for char in text:
        moves = {move for place, _ in moves for move in automaton.step(place, char)}
    ends = [(*marks, *more) for place, marks in moves for more in automaton.finish(place)]
    return {mark.sentence for marks in ends for mark in marks if isinstance(mark, Ended)}


def test_a_text_that_goes_wrong_leads_nowhere() -> None:
    sets = grammar.parse(GO).automaton.sets
    assert sets.walk("go h")
    assert not sets.walk("go ha")
    assert not sets.walk("go ha now")
    assert sets.walk("o hi", sets.walk("g")) is sets.walk("go hi")


def test_equal_sets_are_one() -> None:
    sets = grammar.parse(GO).automaton.sets
    assert sets.walk("go to") is not sets.walk("go")
    assert sets.walk("go hi") is sets.walk("go ho") is not sets.walk("go hum now")
    assert sets.walk("go to hi now") is sets.walk("go hum now")


def test_sentences_that_end() -> None:
    sets = grammar.parse(GO).automaton.sets
    assert sets.finish(sets.walk("go hum")).sentences == {1}
    assert sets.finish(sets.walk("go hum now")).sentences == {0}
    assert sets.finish(sets.walk("go hum n")).sentences == frozenset()


def test_a_called_part_reads_once_for_all_who_call_it() -> None:
    sentences = [f"turn on the {{x}} number {number}" for number in range(100)]
    sets = grammar.parse(f"intents: {{A: {{sentences: {sentences}}}}}\nlists: {{x: [light, lamp]}}").automaton.sets
    inside = sets.walk("turn on the li")
    ((part, backs),) = inside.calls
    assert not inside.states
    assert (len(part.states), len(backs)) == (1, 100)
    assert len(sets.walk("turn on the light").states) == 100


def test_a_wildcard_takes_any_letter_but_words_only() -> None:
    text = "intents: {A: {sentences: ['note {text}']}}\nlists: {text: {wildcard: true}}"
    sets = grammar.parse(text).automaton.sets
    assert sets.walk("note x").is_wild
    assert sets.walk("note x") is sets.walk("note yz")
    assert sets.finish(sets.walk("note \u00e9t\u00e9 7")).sentences
    assert not sets.finish(sets.walk("note")).sentences
    assert not sets.walk("note x  y")


def test_what_is_drawn_is_accepted(household: grammar.Grammar) -> None:
    sets = household.automaton.sets
    for sample in household.sample(Random(5), 100):
        ended = sets.finish(sets.walk(normalize(sample.text).text)).sentences
        assert sample.intent in {household.sentences[number].intent for number in ended}


@settings(max_examples=60, deadline=None)
@given(st.lists(TEMPLATES, min_size=1, max_size=3), st.integers(0, 1_000))
def test_a_set_knows_what_its_places_know(templates: list[str], seed: int) -> None:
    """Whatever is drawn, cut anywhere or spoilt: the sentences that end are those of place after place."""
    commands, random = made_of(templates), Random(seed)
    sets = commands.automaton.sets
    for sample in commands.sample(random, 4):
        normal = normalize(sample.text).text
        cut = random.randrange(len(normal) + 1)
        for text in (normal, normal[:cut], normal[:cut] + normal[cut + 1 :], f"{normal} {normal[cut:]}"):
            single = sets.single
            assert single.finish(single.walk(text)).sentences == by_places(commands.automaton, text), text


def test_places_and_sets_are_the_same(household: grammar.Grammar) -> None:
    """The set of places at a word's beginning reads on as the machine does by itself."""
    automaton = household.automaton
    for sample in household.sample(Random(8), 40):
        begin, _, rest = normalize(sample.text).text.partition(" ")
        places = {place for place, _ in automaton.start(range(len(automaton.sentences)))}
        for char in f"{begin} ":
            places = {there for place in places for there, _ in automaton.step(place, char)}
        sets = automaton.sets.single
        ended = sets.finish(sets.walk(rest, set_of_places(automaton, places))).sentences
        assert not rest or ended == sets.finish(sets.walk(f"{begin} {rest}")).sentences


def test_what_is_remembered_is_bounded(household: grammar.Grammar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiced.grammar.set_machine._MOST_REMEMBERED", 500)
    sets, fresh = SetMachine(household.automaton), household.automaton.sets
    for sample in household.sample(Random(3), 50):
        normal = normalize(sample.text).text
        held = sets.walk(normal[:5])
        assert sets.finish(sets.walk(normal)) == fresh.finish(fresh.walk(normal))
        assert sets.finish(sets.walk(normal[5:], held)) == fresh.finish(fresh.walk(normal)), "held on to"
        assert sets.remembered <= 500 + 200
