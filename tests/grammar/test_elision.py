"""Where an apostrophe joins words, the space behind it may be missing: in texts, behind choices and behind rules."""

from __future__ import annotations

import pytest

from voiced import grammar
from voiced.grammar.elision import pieces

FRENCH = """
language: fr
intents:
  Light: {sentences: ["allume la lumière (du|de la|de l'|dans) {room}"]}
  Off: {sentences: ["éteins [<the>] {lamp}", "coupe <the> ampoule"]}
  Held: {sentences: ["mets <with_a_list> {lamp}"]}
lists:
  room: [entrée, cuisine]
  lamp: [ampoule, "applique murale", lampe]
rules:
  the: "(la|<short>|l\u2019)"
  short: "[le|d']"
  with_a_list: "({room}|l')"
"""
ITALIAN = """
language: it
intents: {Light: {sentences: ["accendi (la|il|l'|un') {lamp} (nel|nell') {room}"]}}
lists: {room: [ingresso, soggiorno], lamp: [abat-jour, luce]}
"""


@pytest.mark.parametrize(
    ("file", "text", "slots"),
    [
        (FRENCH, "Allume la lumière de l'entrée.", {"room": "entrée"}),
        (FRENCH, "allume la lumière de l\u2019entrée", {"room": "entrée"}),
        (FRENCH, "allume la lumière de l' entrée", {"room": "entrée"}),
        (FRENCH, "allume la lumière de la cuisine", {"room": "cuisine"}),
        (FRENCH, "allume la lumière de lacuisine", None),
        (FRENCH, "éteins l'ampoule", {"lamp": "ampoule"}),
        (FRENCH, "éteins d'ampoule", {"lamp": "ampoule"}),
        (FRENCH, "éteins la lampe", {"lamp": "lampe"}),
        (FRENCH, "éteins lampe", {"lamp": "lampe"}),
        (FRENCH, "éteins lelampe", None),
        (FRENCH, "coupe l'ampoule", {}),
        (FRENCH, "mets l' ampoule", {"lamp": "ampoule"}),
        (ITALIAN, "accendi l'abat-jour nell'ingresso", {"lamp": "abat-jour", "room": "ingresso"}),
        (ITALIAN, "accendi la luce nel soggiorno", {"lamp": "luce", "room": "soggiorno"}),
        (ITALIAN, "accendi laluce nel soggiorno", None),
    ],
)
def test_what_is_understood(file: str, text: str, slots: dict[str, str] | None) -> None:
    found = [dict(match.slots) for match in grammar.parse(file).matches(text)]
    assert found == ([] if slots is None else [slots])


def test_pieces() -> None:
    assert pieces("nell' ingresso e nell\u2019 altro") == ["nell'", "ingresso e nell\u2019", "altro"]
