"""A grammar cannot be changed and stays small; and what ships is right."""

from __future__ import annotations

import dataclasses
import time
from random import Random
from typing import Any

import pytest

from voiced import grammar
from voiced.acting.actions import actions_for, messages
from voiced.flow import Reason
from voiced.foundations.resources import shipped


@pytest.fixture(scope="module")
def household() -> grammar.Grammar:
    """The intents that ship."""
    return grammar.load([shipped("intents")])


def test_the_examples_that_ship_come_out_right(household: grammar.Grammar) -> None:
    assert grammar.check_examples(household) == []
    assert [name for name, intent in household.intents.items() if not intent.examples] == []


@pytest.mark.parametrize(
    ("text", "sent"),
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
def test_what_a_sentence_sends(household: grammar.Grammar, text: str, sent: list[tuple[str, str]]) -> None:
    match = household.match(text)
    assert match is not None
    actions = messages(actions_for(household.intents[match.intent].actions, match))
    assert [(action.topic, action.payload) for action in actions] == sent


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


def test_a_written_sentence_is_certain_or_rejected(household: grammar.Grammar) -> None:
    known, unknown = (grammar.understand(household, text) for text in ("good night", "make me a sandwich"))
    assert known.match is not None
    assert (known.match.intent, known.reason, known.confidence) == ("GoodNight", None, 1.0)
    assert (unknown.match, unknown.reason, unknown.confidence) == (None, Reason.OUT_OF_GRAMMAR, 0.0)
