"""What sounds a little like a phrase: never the phrase, nor too near to it."""

from __future__ import annotations

import numpy as np
import pytest

from voiced.wake import tuning
from voiced.wake.training.confusable import SOUNDS, confusable_phrases, distance

COMPUTER = "hˈA kəmpjˈuɾəɹ"
WORDS = ("kˈɪʧən", "wˈɔɾəɹ", "plˈiz")


def near(symbols: str, count: int = 60, seed: int = 0) -> list[str]:
    return confusable_phrases(symbols, WORDS, count, np.random.default_rng(seed))


@pytest.mark.parametrize("symbols", [COMPUTER, "ʤˈɑɹvɪs", "əlˈɛksə", "ɔʁdinatˈœʁ"])
def test_all_differ_enough(symbols: str) -> None:
    found = near(symbols)
    assert len(set(found)) == 60
    assert all(distance(each, symbols) >= tuning.LEAST_DIFFERENCE for each in found)
    assert not set("".join(found)) - {*SOUNDS, *" ˈɾ", *"".join(WORDS)}


def test_some_keep_a_word_and_some_are_parts() -> None:
    found = near(COMPUTER)
    assert any(each.startswith("hˈA ") and each.split()[1] in WORDS for each in found)
    assert any(COMPUTER.startswith(each) for each in found)
    assert any(COMPUTER.endswith(each) for each in found)


def test_they_are_the_same_each_time() -> None:
    assert near(COMPUTER) == near(COMPUTER)
    assert near(COMPUTER) != near(COMPUTER, seed=1)


def test_a_phrase_of_few_sounds_has_fewer() -> None:
    assert 0 < len(confusable_phrases("ˈI", ["ə"], 200, np.random.default_rng(0))) < 200


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [("kæt", "kæt", 0), ("kˈæt", "kæt", 0), ("kæp", "kæt", 1 / 3), ("kæ", "kæt", 1 / 3), ("", "kæt", 1)],
)
def test_distance(one: str, other: str, share: float) -> None:
    assert distance(one, other) == pytest.approx(share)
