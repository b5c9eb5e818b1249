"""The nearest sentence to a text that is none, and what is different: by example, by law, and within a bound."""

from __future__ import annotations

from itertools import count
from random import Random

import pytest

from voiced import grammar
from voiced.flow import Reason, Transcript
from voiced.foundations.resources import shipped
from voiced.grammar import NOTHING_NEAR, Grammar, nearest, understand

HOUSE = """
intents:
  Light: {sentences: ["(turn|switch) {state} [the] {room} light[s]", "(turn|switch) [the] {room} light[s] {state}"]}
  Level: {sentences: ["dim [the] {room} [lights] to {0..100:level} percent", "set the volume to {volume}"]}
  Note: {sentences: ["add {item} to [my|the] shopping list"]}
  Question: {sentences: ["what's the time", "good night"]}
skip_words: [please]
lists:
  state: ["on", "off"]
  room: [kitchen, {in: "(living room|lounge)", out: living}, Café Rouge, bedroom, office, bathroom, attic]
  volume: {range: {from: 0, to: 50, step: 10}}
  item: {wildcard: true}
"""


@pytest.fixture(scope="module")
def house() -> Grammar:
    return grammar.parse(HOUSE)


@pytest.fixture(scope="module")
def household() -> Grammar:
    """The intents that ship."""
    return grammar.load([shipped("intents")])


def told(commands: Grammar, text: str) -> tuple[str, str]:
    found = nearest(commands, understand(commands, text))
    assert found is not None
    return found.text, found.difference


ROOMS = "kitchen, living room, Café Rouge, bedroom, office, …"


@pytest.mark.parametrize(
    ("text", "near", "difference"),
    [
        ("turn on the garage lights", "turn on the kitchen lights", f"'garage' is not in list room: {ROOMS}"),
        ("Turn on the kichen lights!", "Turn on the kitchen lights", "'kichen' is not in list room, but 'kitchen' is"),
        ("turn on the livingroom light", "turn on the living room light", "'livingroom' is not in list room, but"),
        ("turn on the bed room light", "turn on the bedroom light", "'bed room' is not in list room, but 'bedroom' is"),
        ("turn on the Café Rogue lights", "turn on the Café Rouge lights", "'Café Rogue' is not in list room, but"),
        ("turn on the lights", None, f"the room is missing after 'the': {ROOMS}"),
        ("turn the kitchen lights", "turn the kitchen lights on", "the state is missing at the end: on, off"),
        ("dim the attic to 150 percent", "dim the attic to 100 percent", "'150' is not in range level: 0 to 100"),
        ("set the volume to 35", None, "'35' is not in range volume: 0 to 50 in steps of 10"),
        ("turn on the attic lights now", None, "'now' was not expected at the end; `skip_words` can allow it"),
        ("now turn on the attic lights", None, "'now' was not expected at the beginning; `skip_words` can allow it"),
        ("turn on please the attic lights now", None, "'now' was not expected at the end; `skip_words` can allow it"),
        ("add to the shopping list", "add … to the shopping list", "the item is missing after 'add'"),
        ("add milk to the groceries", None, "'shopping list' was expected, not 'groceries'"),
        ("what the time", "what's the time", "'what's' was expected, not 'what'"),
        ("good morning", "good night", "'night' was expected, not 'morning'"),
        ("the attic lights off", None, "is missing at the beginning"),
        ("turn on the light in the kitchen", "turn on the kitchen light", "belongs"),
    ],
)
def test_the_nearest_sentence(house: Grammar, text: str, near: str | None, difference: str) -> None:
    sentence, what = told(house, text)
    assert difference in what
    assert near in (None, sentence)
    assert "…" in sentence or house.match(sentence)


@pytest.mark.parametrize("text", ["make me a sandwich", "nice weather", "lights camera action now", "x", "the", "add"])
def test_only_what_is_near_is_told(house: Grammar, text: str) -> None:
    assert nearest(house, understand(house, text)) is NOTHING_NEAR


def test_what_a_wildcard_takes_makes_nothing_near() -> None:
    notes = grammar.parse("intents: {A: {sentences: ['note {x}']}}\nlists: {x: {wildcard: true}}")
    assert notes.finder.find("my grandmother went to the shops", "en") is NOTHING_NEAR
    near = notes.finder.find("not buy milk", "en")
    assert near is not None
    assert (near.text, near.difference) == ("note buy milk", "'note' was expected, not 'not'")


def test_a_script_without_spaces() -> None:
    chinese = grammar.parse(
        "language: zh-CN\nlists: {room: [厨房, 卧室, 客厅]}\nintents: {A: {sentences: ['打开{room}灯', '关{room}灯']}}"
    )
    near = chinese.finder.find("打开车库灯", "zh-CN")
    assert near is not None
    assert (near.text, near.difference) == ("打开厨房灯", "'车库' is not in list room: 厨房, 卧室, 客厅")


def test_words_are_shown_as_they_are_written() -> None:
    german = grammar.parse("language: de\nintents: {A: {sentences: ['schließe die Straßentür']}}")
    near = german.finder.find("schließe Straßentür", "de")
    assert near is not None
    assert (near.text, near.difference) == ("schließe die Straßentür", "'die' is missing after 'schließe'")


def test_the_list_is_told_by_its_name_and_by_its_context() -> None:
    commands = grammar.parse("""
language: en
intents:
  A:
    data:
      - sentences: ["<the> {name:device} up"]
        requires_context: {domain: cover}
expansion_rules: {the: "roll [the]"}
lists:
  name:
    values:
      - {in: blind, out: b, context: {domain: cover}}
      - {in: lamp, out: l, context: {domain: light}}
""")
    near = commands.finder.find("roll the lamp up", "en")
    assert near is not None
    assert (near.text, near.difference) == ("roll the blind up", "'lamp' is not in list name: blind")


def test_what_was_heard_is_compared(house: Grammar) -> None:
    match = house.match("turn on the attic light")
    assert match is not None
    doubtful = Transcript(match.text, match, Reason.LOW_CONFIDENCE, 0.1, -3.0, heard="turn on the attics light")
    found = nearest(house, doubtful)
    assert found is not None
    assert (found.text, found.difference) == ("turn on the attic light", "'attics' is not in list room, but 'attic' is")
    clear = Transcript(match.text, match, Reason.LOW_CONFIDENCE, 0.1, -3.0, heard="Turn on the attic light.")
    found = nearest(house, clear)
    assert found is not None
    assert "not heard clearly" in found.difference
    two = Transcript(match.text, match, Reason.AMBIGUOUS, 0.1, -3.0, heard="x")
    found = nearest(house, two)
    assert found is not None
    assert (found.text, "equally well" in found.difference) == (match.text, True)


@pytest.mark.parametrize("reason", [None, Reason.LATE, Reason.NO_SPEECH, Reason.BUSY, Reason.FAILED])
def test_of_others_nothing_is_told(house: Grammar, reason: Reason | None) -> None:
    assert nearest(house, Transcript("turn on the", None, reason, 0.0, 0.0)) is None


def test_the_caller_may_end_the_search(house: Grammar) -> None:
    asked = count()
    assert house.finder.find("turn on the garage lights", "en", lambda: next(asked) < 3) is None
    assert next(asked) < 10


@pytest.mark.parametrize("seed", range(3))
def test_laws_on_spoilt_sentences(household: Grammar, seed: int) -> None:
    """What is told is a sentence; and of a sentence with one word too much, too few or another, one is mostly found."""
    random = Random(seed)
    n_found = n_asked = 0
    for sample in household.sample(random, 60):
        words = sample.text.split()
        at = random.randrange(len(words))
        words[at : at + 1] = random.choice([[], ["zebra"], [words[at], "zebra"]])
        text = " ".join(words)
        if household.match(text):
            continue
        near = household.finder.find(text, "en")
        assert near is not None
        n_asked += 1
        n_found += bool(near.text)
        assert not near.text or "…" in near.text or household.match(near.text), (text, near)
        assert near.difference
    assert n_found >= 0.7 * n_asked > 0


def test_the_cost_is_bounded_by_steps() -> None:
    """Ten thousand names: no more is looked at than of ten, and the decoder's own memory stays as it was."""
    names = ", ".join(f"lamp {chr(97 + i % 26)}{chr(97 + i // 26 % 26)}{chr(97 + i // 676)} far" for i in range(10_000))
    commands = grammar.parse(f"intents: {{A: {{sentences: ['turn on the {{x}} now']}}}}\nlists: {{x: [{names}]}}")
    before = commands.automaton.sets.remembered
    asked = count()

    def go_on() -> bool:
        return next(asked) < 10_000

    # A name of several words is one value, however many of them are missing.
    near = commands.finder.find("turn on the zebra now", "en", go_on)
    assert near is not None
    assert near.difference.startswith("'zebra' is not in list x: lamp aaa far, lamp baa far")
    assert next(asked) < 300
    assert commands.automaton.sets.remembered - before < 1_000


def test_long_and_strange_texts_are_answered() -> None:
    commands = grammar.parse(HOUSE)
    for text in ["", " ", "…", "%", "turn " * 200, "a" * 5_000, "turn on the \u0301 lights", "1" * 400, "{room}"]:
        assert commands.finder.find(text, "en") is not None
