"""Laws of a grammar: what it draws it understands, it cannot be changed, it stays small; and what ships is right."""

from __future__ import annotations

import dataclasses
import time
import tracemalloc
from random import Random
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from voiced import grammar
from voiced.acting.actions import actions_for
from voiced.foundations.resources import shipped
from voiced.foundations.yaml_source import read
from voiced.grammar.automaton import Ended
from voiced.grammar.intents import intents_schema

if TYPE_CHECKING:
    from pathlib import Path

FILES = sorted(shipped("intents").glob("*.yaml"))


@pytest.fixture(scope="module")
def household() -> grammar.Grammar:
    """The intents that ship."""
    return grammar.load([shipped("intents")])


def test_the_examples_that_ship_come_out_right(household: grammar.Grammar) -> None:
    assert grammar.check_examples(household) == []
    assert [name for name, intent in household.intents.items() if not intent.examples] == []


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("Turn on the kitchen lights.", [("home/kitchen/light/set", "on")]),
        ("Set the bedroom temperature to 21 degrees.", [("home/bedroom/heating/set", '{"temperature": 21.0}')]),
        ("set the bedroom temperature to twenty one degrees", [("home/bedroom/heating/set", '{"temperature": 21.0}')]),
        ("Start a timer for five minutes.", [("home/timer/start", '{"seconds": 300}')]),
        ("Good night!", [("home/scene", "night"), ("home/front_door/lock/set", "lock")]),
        ("Please add Oat Milk to the shopping list.", [("home/shopping_list/add", "Oat Milk")]),
        ("How warm is it in the lounge?", []),
    ],
)
def test_what_a_sentence_sends(household: grammar.Grammar, text: str, messages: list[tuple[str, str]]) -> None:
    match = household.match(text)
    assert match is not None
    actions = actions_for(household.intents[match.intent].actions, match)
    assert [(action.topic, action.payload) for action in actions] == messages


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kitchen",
        "turn on the kitchen",
        "lights on kitchen turn",
        "turn on the garden lights",
        "set the volume to 101",
    ],
)
def test_what_is_no_command(household: grammar.Grammar, text: str) -> None:
    assert household.match(text) is None


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


def test_the_automaton_alone_accepts_what_is_drawn(household: grammar.Grammar) -> None:
    """The other reader, the constraint, has nothing but the places."""
    from voiced.grammar.normalize import normalize  # noqa: PLC0415 # for this law only

    automaton = household.automaton
    for sample in household.sample(Random(5), 100):
        places = automaton.walk(normalize(sample.text).text)
        ways = [marks for place in places for marks in automaton.finish(place)]
        ended = {mark.sentence for marks in ways for mark in marks if isinstance(mark, Ended)}
        assert sample.intent in {household.sentences[number].intent for number in ended}


def test_nothing_can_be_changed(household: grammar.Grammar) -> None:
    parts: list[Any] = [household, household.automaton, household.sentences[0], household.sentences[0].template]
    for part in [*parts, household.intents["LightSet"], household.intents["LightSet"].examples[0]]:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(part, dataclasses.fields(part)[0].name, None)
    with pytest.raises(TypeError):
        household.intents["New"] = household.intents["LightSet"]  # type: ignore[index] # that is the point


def test_ten_thousand_names_and_three_hundred_intents() -> None:
    """A list counts once, however many sentences use it."""
    random = Random(0)
    syllables = ["ka", "ri", "mo", "ta", "le", "shi", "no", "ver", "dan", "pol", "gre", "tu"]
    names = [" ".join("".join(random.choices(syllables, k=3)) for _ in range(2)) + f" {i % 100}" for i in range(10_000)]
    intents = "\n".join(
        f"  I{i}: {{sentences: ['turn {{x:state}} [the] {{name}} number {i}', 'dim {{name}} to {{level}} kind{i}']}}"
        for i in range(300)
    )
    values = "\n".join(f"    - {name}" for name in names)
    shared = f"lists:\n  x: [on, off]\n  level: {{range: {{from: 0, to: 100}}}}\n  name:\n{values}"
    begin = time.process_time()
    commands = grammar.parse(f"intents:\n{intents}\n{shared}\n")
    assert time.process_time() - begin < 6, "about one second on a desktop core; three is the promise"
    assert len(commands.automaton.letters) < 300_000
    match = commands.match(f"turn off the {names[1234]} number 250")
    assert match is not None
    assert (match.intent, match.slots["state"]) == ("I250", "off")


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


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_the_schema_accepts_what_ships(file: Path) -> None:
    schema = intents_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(read(file).data, schema)


@pytest.mark.parametrize(
    "wrong",
    [
        {"intents": {"A": {"sentences": "a"}}},
        {"intents": {"A": {"sentnces": ["a"]}}},
        {"intents": {"A": {"sentences": ["a"], "action": {"payload": "x"}}}},
        {"lists": {"a": {"range": {"from": 1}}}},
        {"lists": {"a": [{"out": "b"}]}},
    ],
)
def test_the_schema_refuses_mistakes(wrong: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, intents_schema())
