"""Several values in one slot: where an action can be sent for each of them, and there alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voiced import grammar
from voiced.acting.actions import actions_for, messages
from voiced.flow import Continuation
from voiced.grammar.action_template import ActionTemplate
from voiced.grammar.constraint import Constraint
from voiced.grammar.continuation import continuation, goes_without_saying
from voiced.grammar.several_values import slots_with_several
from voiced.grammar.token_tree import Vocabulary

BYTES = Vocabulary([bytes([byte]) for byte in range(256)])
EOT = 1_000
HOUSE = """
intents:
  TurnOn: {sentences: ["turn on [the] {room} light[s]"], action: {topic: "home/{room.id}/light", payload: "{room}"}}
  TurnOff: {sentences: ["turn off [the] {name}", "<off>"], action: {topic: "home/{name}/set", payload: {state: "off"}}}
  Close: {sentences: ["close [the] {room} blinds"], action: {topic: "home/{room}/blinds"}}
  Tell: {sentences: ["where is {name}", "<off> now"], action: {topic: home/where, payload: "{name}"}}
  Heat: {sentences: ["heat the {room}"], compound: false, action: {topic: "home/{room}/heater"}}
  Dim: {sentences: ["dim to {level} [percent]"], action: {topic: "home/dim/{level}"}}
  Paint: {sentences: ["paint the {thing}"], slots: {tint: red}, action: {topic: "home/{thing}/{tint}"}}
  Add: {sentences: ["add {item} to the {list} list"], action: {topic: "lists/{list}", payload: "{item}"}}
rules: {off: "switch off [the] {name}"}
lists:
  room:
    - {in: kitchen, id: k}
    - {in: bedroom, id: b}
    - {in: hall, id: h}
    - {in: "living[ ]room", out: lounge, id: l}
    - {in: cellar, id: c}
  name: [tv, lamp, salt, pepper, salt and pepper, {in: television, out: tv}, {in: lamp shade, out: shade}]
  level: {range: {from: 10, to: 90, step: 10}}
  thing: ["{tint} wall", "{tint} door"]
  tint: [red, blue]
  list: [shopping, work]
  item: {wildcard: true}
"""


@pytest.fixture(scope="module")
def house() -> grammar.Grammar:
    return grammar.parse(HOUSE)


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("turn on the kitchen and bedroom lights", {"room": ["kitchen", "bedroom"]}),
        ("turn on the kitchen & the bedroom lights", {"room": ["kitchen", "bedroom"]}),
        ("close the kitchen, hall and bedroom blinds", {"room": ["kitchen", "hall", "bedroom"]}),
        ("close the kitchen, the hall, and the living room blinds", {"room": ["kitchen", "hall", "lounge"]}),
        ("close the hall and cellar and bedroom blinds", {"room": ["hall", "cellar", "bedroom"]}),
        ("close hall, cellar, kitchen and bedroom blinds", {"room": ["hall", "cellar", "kitchen", "bedroom"]}),
        ("turn off the tv and the lamp", {"name": ["tv", "lamp"]}),
        ("switch off tv and lamp", {"name": ["tv", "lamp"]}),
        ("turn off pepper and salt", {"name": ["pepper", "salt"]}),
        # One value that spells the whole comes first, …
        ("turn off salt and pepper", {"name": "salt and pepper"}),
        ("turn off salt and pepper and the tv", {"name": ["salt and pepper", "tv"]}),
        # … and one that is said again is one.
        ("turn off the tv and the television", {"name": "tv"}),
        ("turn off the tv, the lamp and the tv", {"name": ["tv", "lamp"]}),
        # Free words are one thing, what is behind them need not be.
        ("add milk and bread to the shopping and work list", {"item": "milk and bread", "list": ["shopping", "work"]}),
    ],
)
def test_several_values(house: grammar.Grammar, text: str, slots: dict[str, Any]) -> None:
    match = house.match(text)
    assert match is not None
    assert match.slots == slots
    assert not match.then
    assert match.several == {slot for slot, value in slots.items() if isinstance(value, list)}


@pytest.mark.parametrize(
    "text",
    [
        "close the kitchen hall blinds",  # no "and"
        "close the kitchen and blinds",
        "close the kitchen and hall cellar blinds",
        "close the hall, cellar, kitchen, living room and bedroom blinds",  # more than four
        "turn on the kitchen then bedroom lights",  # joins commands, not things
        "where is tv and lamp",  # no topic names the slot
        "switch off tv and lamp now",  # nor there, in the same rule
        "heat the kitchen and hall",  # `compound: false`
        "dim to ten and twenty percent",  # numbers
        "paint the red wall and blue door",  # values that hold others
        "paint the red and blue wall",
    ],
)
def test_not_several_values(house: grammar.Grammar, text: str) -> None:
    assert house.match(text) is None
    assert not house.automaton.sets.finish(house.automaton.sets.walk(house.normalize(text).text)).sentences


def test_commands_with_several_values_in_a_compound(house: grammar.Grammar) -> None:
    match = house.match(
        "close the hall and cellar blinds and turn off the tv, lamp and salt and turn on the hall lights"
    )
    assert match is not None
    assert [each.slots for each in match.commands] == [
        {"room": ["hall", "cellar"]},
        {"name": ["tv", "lamp", "salt"]},
        {"room": "hall"},
    ]


def test_a_command_swallowed_by_a_wildcard_is_one(house: grammar.Grammar) -> None:
    match = house.match("add milk to the work list and add bread to the shopping and work list")
    assert match is not None
    assert [each.slots for each in match.commands] == [
        {"item": "milk", "list": "work"},
        {"item": "bread", "list": ["shopping", "work"]},
    ]


def test_one_message_for_each_value(house: grammar.Grammar) -> None:
    match = house.match("turn on the living room and kitchen lights")
    assert match is not None
    sent = messages(actions_for(house.intents[match.intent].actions, match))
    assert [(each.topic, each.payload) for each in sent] == [("home/l/light", "lounge"), ("home/k/light", "kitchen")]


def test_single_commands_are_searched_without(house: grammar.Grammar) -> None:
    joined = Constraint(house.automaton, "en", BYTES, EOT)
    single = joined.single()
    text = b" turn off the tv and the lamp"
    position = joined.walk(text)
    assert position is not None
    assert joined.accepts(position)
    assert single.walk(text) is None
    # Inside "and", and nowhere else, a value is being joined.
    inside = [at for at in range(len(text)) if (here := joined.walk(text[:at])) and joined.is_joining(here)]
    assert bytes(text[at - 1] for at in inside).decode() in (" and", "and ", "and", " and ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("turn off the tv", Continuation.COMPLETE),  # nobody waits for "and"
        ("turn off the tv and", Continuation.UNFINISHED),
        ("turn off the tv and the lamp", Continuation.EXTENDABLE),  # shade
        ("turn off the lamp and the tv", Continuation.COMPLETE),
    ],
)
def test_how_a_command_goes_on(house: grammar.Grammar, text: str, expected: Continuation) -> None:
    assert continuation(house, text) is expected


def test_missing_first_words_hold_no_value(house: grammar.Grammar) -> None:
    assert not goes_without_saying(house, "turn off the tv and", "the lamp")


@pytest.mark.parametrize(
    ("language", "sentence", "values", "text"),
    [
        ("de", "mach {x} aus", ["Fernseher", "Lampe"], "mach Fernseher und die Lampe aus"),
        ("fr", "allume [la] {x}", ["lampe", "entrée"], "allume la lampe et l'entrée"),
        ("es", "apaga [la] {x}", ["luz", "impresora"], "apaga la luz e impresora"),
        ("it", "accendi [il] {x}", ["forno", "ingresso"], "accendi il forno e l'ingresso"),
        ("nl", "zet [de] {x} aan", ["lamp", "tv"], "zet de lamp en de tv aan"),
        ("ja", "{x}をつけて", ["テレビ", "電気"], "テレビと電気をつけて"),
        ("zh", "打开{x}", ["电视", "灯"], "打开电视和灯"),
        ("ar", "أطفئ {x}", ["التلفاز", "المصباح"], "أطفئ التلفاز والمصباح"),
    ],
)
def test_languages(language: str, sentence: str, values: list[str], text: str) -> None:
    file = {
        "language": language,
        "intents": {"A": {"sentences": [sentence], "action": {"topic": "home/{x}"}}},
        "lists": {"x": values},
    }
    match = grammar.parse(json.dumps(file)).match(text)
    assert match is not None
    assert match.slots == {"x": values}


def test_words_that_a_file_sets() -> None:
    file = "intents: {A: {sentences: ['go {x}'], action: {topic: 'home/{x}'}}}\nlists: {x: [in, out]}\njoining_words: "
    assert grammar.parse(file + "[plus]").match("go in plus out") is not None
    assert grammar.parse(file + "[plus]").match("go in and out") is None
    assert grammar.parse(file + "[]").match("go in and out") is None


def test_home_assistants_sentences_have_one_value() -> None:
    file = "intents: {A: {data: [{sentences: ['go {x}']}], action: {topic: 'home/{x}'}}}\nlists: {x: [in, out]}"
    assert grammar.parse(file).match("go in and out") is None


def test_every_message_that_needs_a_slot_names_it_in_its_topic() -> None:
    both, alone = ActionTemplate("a/{x.id}/{y}", "{x} {z}"), ActionTemplate("b", {"y": ["{y}"]})
    assert slots_with_several([both]) == {"x", "y"}
    assert slots_with_several([both, alone]) == {"x"}
    assert slots_with_several([]) == frozenset()


@pytest.mark.parametrize(
    ("language", "template", "text"),
    [
        ("fr", "ferme les volets (du|de la|de l'|des) {room}", "ferme les volets du bureau et de la cuisine"),
        ("fr", "ferme les volets (du|de la|de l'|des) {room}", "ferme les volets du bureau et de l'entrée"),
        ("it", "chiudi le tende (del|della|in) {room}", "chiudi le tende del bureau, della cuisine e dell'entrée"),
        ("es", "cierra las persianas (del|de la) {room}", "cierra las persianas del bureau y de la cuisine"),
        ("de", "mach das Licht (im|in der) {room} aus", "mach das Licht im bureau und in der cuisine aus"),
        ("en", "turn on the lights in [the] {room}", "turn on the lights in the bureau and in the cuisine"),
    ],
)
def test_prepositions_before_further_values(language: str, template: str, text: str) -> None:
    commands = grammar.parse(
        f'language: {language}\nintents: {{A: {{sentences: ["{template}"], action: {{topic: "h/{{room}}"}}}}}}\n'
        "lists: {room: [bureau, cuisine, entrée]}"
    )
    match = commands.match(text)
    assert match is not None
    said = match.slots["room"]
    assert isinstance(said, list)
    assert said[0] == "bureau"
    assert len(said) == text.count(",") + 2
