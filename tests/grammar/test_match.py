"""Which reading wins, where its slots were said, and that a text costs its length."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from voiced import grammar
from voiced.grammar.compound import match_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiced.grammar.automaton import Automaton, Joined, Mark, Move, Place, SeveralValues
    from voiced.grammar.folding import Folding
    from voiced.grammar.set_machine import SetMachine


def readings(text: str, intents: str) -> list[tuple[str, dict[str, Any]]]:
    return [(match.intent, dict(match.slots)) for match in grammar.parse(intents).matches(text)]


def test_more_literal_words_win() -> None:
    intents = """
intents:
  Any: {sentences: ["play {song}"]}
  Some: {sentences: ["play {song} in the kitchen"]}
  Jazz: {sentences: ["play jazz in the {room}"]}
lists: {song: {wildcard: true}, room: [kitchen]}
"""
    assert readings("play jazz in the kitchen", intents) == [
        ("Jazz", {"room": "kitchen"}),
        ("Some", {"song": "jazz"}),  # as many literal words, but more letters in a wildcard
        ("Any", {"song": "jazz in the kitchen"}),
    ]


def test_the_first_in_the_file_wins_a_draw() -> None:
    intents = """
intents:
  Second: {sentences: ["turn on {a}"]}
  First: {sentences: ["turn on {b}"]}
lists: {a: [light, {in: light, out: lamp}], b: [light]}
"""
    assert readings("turn on light", intents) == [
        ("Second", {"a": "light"}),
        ("Second", {"a": "lamp"}),
        ("First", {"b": "light"}),
    ]


def test_shorter_wildcards_win_a_draw() -> None:
    intents = """
intents:
  Note: {sentences: ["note {a} and {b}"]}
lists: {a: {wildcard: true}, b: {wildcard: true}}
"""
    assert readings("note x and y and z", intents) == [
        ("Note", {"a": "x", "b": "y and z"}),
        ("Note", {"a": "x and y", "b": "z"}),
    ]


def test_a_value_of_a_list_may_hold_other_lists() -> None:
    """Each gives its slot, as in Home Assistant."""
    intents = """
intents:
  Go:
    sentences: ["go to {place}"]
    action: {topic: "go/{floor}", payload: "{place}"}
    slots: {floor: 0}
lists:
  place: [home, "the {color} room", {in: "room {0..9:number} on <level>", out: room}, {in: "{color:@x} hall", out: h}]
  color: [red, {in: dark red, out: 7}]
  floor: [first, second]
rules: {level: "[the] {floor} [floor]"}
"""
    expected: dict[str, dict[str, Any]] = {
        "go to home": {"place": "home", "floor": 0},
        "go to the red room": {"place": "the red room", "color": "red", "floor": 0},
        "go to the dark red room": {"place": "the dark red room", "color": 7, "floor": 0},
        "go to room three on the second floor": {"place": "room", "number": 3, "floor": "second"},
        "go to red hall": {"place": "h", "floor": 0},
    }
    for text, slots in expected.items():
        assert readings(text, intents) == [("Go", slots)]
    for sample in grammar.parse(intents).sample(Random(1), 50):
        assert ("Go", sample.slots) in readings(sample.text, intents)


def test_a_wildcard_in_a_value_takes_what_is_said() -> None:
    intents = """
intents: {Play: {sentences: ["play {what}"], action: {topic: play, payload: "{song}"}, slots: {song: none}}}
lists: {what: [jazz, {in: "the song {song} please", out: song}], song: {wildcard: true}}
"""
    assert readings("play the song Let it be please", intents) == [("Play", {"what": "song", "song": "Let it be"})]


def test_spans_are_of_the_text_as_it_was_given() -> None:
    intents = """
intents:
  A: {sentences: ["set [the] {room} to {n} percent, note {text}"]}
lists:
  room: ["[big] hall", {in: "living room", out: living}]
  n: {range: {from: -10, to: 100}}
  text: {wildcard: true}
"""
    text = "Set the  Living-Room, to -5%: note \u201cBe Quick!\u201d"
    match = grammar.parse(intents).match(text)
    assert match is not None
    assert {slot: text[slice(*span)] for slot, span in match.spans.items()} == {
        "room": "Living-Room",
        "n": "-5",
        "text": "Be Quick",
    }
    assert match.slots == {"room": "living", "n": -5, "text": "Be Quick"}
    assert match.literal_words == 5


def test_a_slot_that_is_said_twice_has_both_values() -> None:
    lists = "lists: {l: [b, c], n: [{in: d, out: [1]}]}"
    file = f"intents: {{A: {{sentences: ['a {{l}} [and {{l}}] [and {{n:l}}]'], slots: {{l: none}}}}}}\n{lists}"
    assert readings("a c and b", file) == [("A", {"l": ["c", "b"]})]
    assert readings("a b and b", file) == [("A", {"l": ["b", "b"]})]
    assert readings("a b and c and d", file) == [("A", {"l": ["b", "c", [1]]})]
    assert readings("a b", file) == [("A", {"l": "b"})]


HOUSE = """
intents:
  Area: {sentences: ["turn off [the] {area} (light|lamp)"]}
  Device: {sentences: ["turn off [the] {name}", "turn off [the] {name} light", "turn off [the] {name} in [the] {area}"]}
  All: {sentences: ["turn off [the] hall lamp"]}
lists:
  area: [bedroom, desk, hall]
  name: [bedroom lamp, desk, desk light, hall lamp, lamp, lamp in the bedroom]
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("turn off the bedroom lamp", ("Device", {"name": "bedroom lamp"})),
        ("turn off desk light", ("Device", {"name": "desk light"})),
        ("turn off the bedroom light", ("Area", {"area": "bedroom"})),
        ("turn off the hall lamp", ("All", {})),  # spelled out, word for word
        ("turn off the lamp in the bedroom", ("Device", {"name": "lamp in the bedroom"})),
        ("turn off the lamp in the hall", ("Device", {"name": "lamp", "area": "hall"})),
    ],
)
def test_a_longer_name_beats_literal_words(text: str, expected: tuple[str, dict[str, Any]]) -> None:
    assert readings(text, HOUSE)[0] == expected


@pytest.mark.parametrize(
    ("sentences", "text", "best"),
    [
        (["play {genre} in the {room}", "play jazz in the {room}"], "play jazz in the hall", {"room": "hall"}),
        (["play {any}", "play {genre}"], "play smooth jazz", {"genre": "smooth jazz"}),
        (["play {any} radio", "play {genre} {any}"], "play jazz my radio", {"any": "jazz my"}),
        (["do {any}", "do {any} at {room}"], "do this at hall", {"any": "this", "room": "hall"}),
        (["do {any}", "do {any} {room}"], "do this hall", {"any": "this", "room": "hall"}),
        (["{genre} {room}", "{what}"], "jazz hall", {"what": "jazz hall"}),
        (["go {thing}", "go {genre}"], "go the jazz", {"genre": "the jazz"}),  # said as a template, no wildcard
    ],
)
def test_what_is_known_beats_what_is_free(sentences: list[str], text: str, best: dict[str, Any]) -> None:
    lists = "any: &wild {wildcard: true}, genre: ['[the] [smooth] jazz'], room: [hall], what: [jazz hall], thing: *wild"
    file = f"intents: {{A: {{sentences: {sentences}}}}}\nlists: {{{lists}}}"
    assert readings(text, file)[0] == ("A", best)


@dataclass
class Counting:
    """An automaton that counts the steps that are asked of it."""

    automaton: Automaton
    steps: list[int] = field(default_factory=lambda: [0])

    @property
    def sets(self) -> SetMachine:
        return self.automaton.sets

    @property
    def folding(self) -> Folding:
        return self.automaton.folding

    @property
    def joined(self) -> tuple[Joined, ...]:
        return self.automaton.joined

    @property
    def several(self) -> SeveralValues:
        return self.automaton.several

    def start(self, sentences: Iterable[int], *, at_boundary: bool = True) -> tuple[Move, ...]:
        return self.automaton.start(sentences, at_boundary=at_boundary)

    def reads(self, place: Place, char: str) -> bool:
        return self.automaton.reads(place, char)

    def step(self, place: Place, char: str) -> tuple[Move, ...]:
        self.steps[0] += 1
        return self.automaton.step(place, char)

    def finish(self, place: Place) -> tuple[tuple[Mark, ...], ...]:
        return self.automaton.finish(place)


def steps(commands: grammar.Grammar, text: str) -> int:
    """How many steps from place to place a match takes."""
    counting = Counting(commands.automaton)
    match_text(counting, commands.sentences, text, "en")  # type: ignore[arg-type] # reads only these
    return counting.steps[0]


def test_a_text_costs_its_length_even_where_readings_explode() -> None:
    """`[a] [a] … x` and wildcards beside wildcards: a search that tries one way after the other would never end."""
    optionals = grammar.parse(f"intents: {{A: {{sentences: ['{'[a] [a|b] ' * 15}x']}}}}")
    wildcards = grammar.parse(
        "intents: {A: {sentences: ['{w} a {w:v} a {w:u} a {w:t} a {w:s} x']}}\nlists: {w: {wildcard: true}}"
    )
    for commands, words in ((optionals, 14), (wildcards, 40)):
        short, long = f"{'a ' * words}x", f"{'a ' * (2 * words)}x"
        assert 0 < steps(commands, short) <= 200 * len(short)
        assert steps(commands, long) <= 2.5 * steps(commands, short)


def test_what_is_no_command_takes_no_steps() -> None:
    commands = grammar.parse("intents: {A: {sentences: ['turn on [the] {l}']}}\nlists: {l: [light, lamp]}")
    assert steps(commands, "turn on the lights") == 0
    assert steps(commands, "turn on the light") > 0


def test_other_sentences_are_not_followed() -> None:
    """However many sentences begin and end alike, only those that the text completes are looked at."""

    def sentences(n: int) -> grammar.Grammar:
        many = [f"turn on [the] {{l}} number {number}" for number in range(n)]
        return grammar.parse(f"intents: {{A: {{sentences: {many}}}}}\nlists: {{l: [light, lamp]}}")

    text = "turn on the lamp number 5"
    assert steps(sentences(200), text) == steps(sentences(10), text) > 0


def test_readings_that_meet_are_few() -> None:
    values = ", ".join(f"{{in: same, out: v{i}}}" for i in range(50))
    commands = grammar.parse(f"intents: {{A: {{sentences: ['{{l}} {{l:m}} {{l:n}}']}}}}\nlists: {{l: [{values}]}}")
    assert 0 < len(commands.matches("same same same")) <= 8
