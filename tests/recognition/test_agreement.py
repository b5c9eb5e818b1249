"""What a hypothesis leaves out or makes up, against what was heard without the grammar."""

from __future__ import annotations

import pytest

from voiced.recognition.agreement import agreement, alike, compared
from voiced.recognition.evidence import FreeEvidence


@pytest.mark.parametrize(
    ("read", "heard", "left_out", "made_up"),
    [
        ("make me a coffee", "make me a coffee", 0, 0),
        ("make me a coffee with milk", "make me that coffee with oat milk", 3, 0),
        ("turn on the lights", "dont turn on the lights", 4, 0),
        ("turn on the lights", "turn on the lights and the radio", 8, 0),
        ("a coffee with a lot of milk", "a coffee with a lot of", 0, 4),
        ("a large coffee with a lot of milk", "a coffee with a lot", 0, 6),  # what is missing at its end
        ("a small latte", "two small latte", 0, 0),  # misheard
        ("a coffee with almond milk", "a coffee with a milk milk", 0, 0),
        ("a dark roast coffee", "a roast coffee", 0, 0),
        ("make me a coffee", "", 0, 13),
    ],
)
def test_words_that_only_one_of_them_has(read: str, heard: str, left_out: int, made_up: int) -> None:
    found = agreement(read, heard)
    assert (found.left_out, found.made_up) == (left_out, made_up)


def test_the_share_of_letters_that_are_alike() -> None:
    assert alike("lights on", "lights on") == 1
    assert alike("lights on", "lights off") == pytest.approx(16 / 19)
    assert alike("lights on", "") == 0


@pytest.mark.parametrize(
    ("read", "heard", "opening"),
    [
        ("i want a large latte", "large latte", 3),
        ("i want a large latte", "a large latte", 2),
        ("give me a large latte", "the large latte", 3),
        ("stop the music", "the music", 1),
        ("a large latte", "large latte", 0),  # a letter is easily missed
        ("brew a large latte", "broke large latte", 0),  # misheard
        ("turn on the music", "in the music", 2),
        ("a large latte", "tea", 0),
        ("a large latte", "", 0),
    ],
)
def test_first_words_that_were_not_heard(read: str, heard: str, opening: int) -> None:
    assert agreement(read, heard).opening == opening


@pytest.mark.parametrize(
    ("heard", "decides", "made_up", "implied"),
    [
        ("large latte", False, 0, 1),
        ("large latter", False, 0, 1),
        ("large latte with tea", False, 0, 0),
        ("large latte", True, 6, 0),
        ("i want a large latte", True, 0, 0),
        ("i want a", True, 10, 0),
        ("large", True, 11, 0),  # what is missing on both sides
    ],
)
def test_a_beginning_goes_without_saying_or_decides(heard: str, decides: bool, made_up: int, implied: int) -> None:  # noqa: FBT001
    asked: list[tuple[str, str]] = []

    def goes_without_saying(opening: str, rest: str) -> bool:
        asked.append((opening, rest))
        return not decides

    free = compared(FreeEvidence(0.1), "i want a large latte", heard, goes_without_saying)
    assert (free.made_up, free.implied) == (made_up, implied)
    assert asked == ([] if heard.startswith("i want") else [("i want a", "large latte")])
