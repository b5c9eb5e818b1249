"""What sounds nearly alike: by the real espeak-ng, and by letters where it is missing."""

from __future__ import annotations

import pytest

from tests.system_parts import require_program
from voiced import grammar
from voiced.advice import alike
from voiced.advice.pronunciation import difference, sounds_of, unlike_parts
from voiced.foundations.resources import shipped

HOUSE = """
intents:
  Light: {sentences: ["turn {state} [the] {room} (light|lamp)"]}
  Device: {sentences: ["turn {state} the {device}"]}
  Garage: {sentences: ["open the cellar door"]}
  Other: {sentences: ["open the seller door", "close the window"]}
lists:
  state: ["on", "off"]
  room:
    - kitchen
    - {in: "(kitten|cat) room", out: cat}
    - bedroom
    - bathroom
    - {in: night room, out: night}
    - living room
  device: [fan, van, kitten]
"""


@pytest.fixture
def speaking() -> None:
    require_program("espeak-ng", "apt-get install espeak-ng")


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiced.advice.pronunciation.is_installed", lambda: False)


@pytest.mark.usefixtures("speaking")
def test_values_that_sound_alike() -> None:
    warnings = list(alike.check_values(grammar.parse(HOUSE, "a.yaml")))
    assert [warning.split(":")[:2] for warning in warnings] == [["a.yaml", "16"], ["a.yaml", "16"]]
    van, kitten = warnings
    assert van.startswith(
        "a.yaml:16: 'van' of list device sounds nearly like 'fan' of list device (a.yaml:16): væn, fæn;"
    )
    assert "'kitten' of list device sounds nearly like 'kitchen' of list room (a.yaml:10)" in kitten


@pytest.mark.usefixtures("speaking")
@pytest.mark.parametrize(
    ("values", "told"),
    [
        ("[sea view, see view]", "'see view' of list room sounds nearly like 'sea view'"),  # the same two sounds
        ("[sea view, she view]", ""),
        ("[{in: '(lounge|den)', out: a}, {in: '(hall|hen)', out: b}]", ""),
        (
            "[{in: '[my] (lounge|fan)', out: a}, {in: '(hall|van)', out: b}]",
            "'van' of list room sounds nearly like 'fan'",
        ),
        ("['(fan|van)', hall]", ""),  # of one value
    ],
)
def test_all_that_values_are_called(values: str, told: str) -> None:
    commands = grammar.parse(f"intents: {{A: {{sentences: ['go {{room}}']}}}}\nlists: {{room: {values}}}")
    warnings = list(alike.check_values(commands))
    assert len(warnings) == bool(told)
    assert told in "".join(warnings)


@pytest.mark.usefixtures("speaking")
def test_sentences_that_sound_alike() -> None:
    (warning,) = alike.check_sentences(grammar.parse(HOUSE, "a.yaml"))
    assert "sounds nearly like" in warning
    assert "(Garage, a.yaml:5)" in warning or warning.startswith("a.yaml:5: ")
    assert "(Other, a.yaml:6)" in warning or warning.startswith("a.yaml:6: ")


@pytest.mark.usefixtures("silent")
def test_letters_stand_for_sounds() -> None:
    commands = grammar.parse("intents: {A: {sentences: ['go {x}']}}\nlists: {x: [kitchen, kitchens, Küche, bedroom]}")
    (warning,) = alike.check_values(commands)
    assert "'kitchens' of list x sounds nearly like 'kitchen'" in warning


@pytest.mark.usefixtures("speaking")
def test_the_intents_that_ship_sound_apart() -> None:
    commands = grammar.load([shipped("intents")])
    assert list(alike.check_values(commands)) == list(alike.check_sentences(commands)) == []


@pytest.mark.usefixtures("speaking")
def test_sounds() -> None:
    assert sounds_of(["button", "tall", ""], "en") == {"button": "bʌtən", "tall": "tɔl", "": ""}
    assert sounds_of(["Küche"], "de") == {"Küche": "kyçə"}
    assert sounds_of(["blip"], "no such language") == {"blip": "blip"}


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("betən", "betən", 0.0),
        ("fæn", "væn", 0.5 / 3),
        ("betən", "betʃən", 1 / 6),
        ("lamp", "desk", 1.0),
        ("", "", 0.0),
    ],
)
def test_difference(one: str, other: str, share: float) -> None:
    assert difference(one, other, 0.2) == pytest.approx(share)
    assert difference(other, one, 0.2) == pytest.approx(share)


def test_what_is_common_is_left_out() -> None:
    assert unlike_parts("turn on the fan now", "turn on the van now") == (["fan"], ["van"])
    assert unlike_parts("living room", "room") == (["living"], [])
    assert unlike_parts("a b", "a b") == ([], [])


def test_many_values_are_compared_within_a_bound() -> None:
    names = ", ".join(f"{a}{b}{c}{d}" for a in "bdfg" for b in "aeiou" for c in "klmnprst" for d in "aeiou")
    commands = grammar.parse(f"intents: {{A: {{sentences: ['go {{x}}']}}}}\nlists: {{x: [{names}]}}")
    assert sum(1 for _ in alike.check_values(commands)) <= alike.MOST_PAIRS
