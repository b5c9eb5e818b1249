"""Spellings of the same word, and numbers in words."""

from __future__ import annotations

import pytest

from voiced.grammar.spelling import digits, number_spellings, number_words, spellings


@pytest.mark.parametrize(
    ("text", "language", "units"),
    [
        ("turn on", "en", (("turn",), ("on",))),
        ("twenty one steps", "en", (("twenty one", "21"), ("steps",))),
        ("21 steps", "en", (("21", "twenty one"), ("steps",))),
        ("one hundred percent", "en", (("one hundred", "100"), ("percent", "per cent", "%"))),
        ("-5", "en", (("-5", "minus five", "minus 5"),)),
        ("2.5", "en", (("2.5", "two point five"),)),
        ("degrees celsius", "en", (("degrees celsius", "° c", "° celsius"),)),
        ("ok", "xx", (("ok", "okay"),)),
        ("zwanzig grad", "de-AT", (("zwanzig", "20"), ("grad", "°", "° c"))),
    ],
)
def test_units(text: str, language: str, units: tuple[tuple[str, ...], ...]) -> None:
    assert spellings(text, language) == units


@pytest.mark.parametrize(
    ("number", "language", "forms"),
    [
        (105, "en", ("one hundred five", "one hundred and five")),
        (105, "de", ("einhundertfu\u0308nf", "hundertfu\u0308nf")),
        (21, "es", ("veintiuno", "veintiu\u0301n", "veintiuna")),
        (1, "fr", ("un", "une")),
        (-1, "nl", ("min een", "min 1")),
        (7, "xx", ()),
    ],
)
def test_numbers_in_words(number: int, language: str, forms: tuple[str, ...]) -> None:
    assert number_spellings(number, language) == forms


def test_words_of_a_region_are_its_languages() -> None:
    assert number_words(5, "en-GB") == number_words(5, "en") == ("five",)
    assert number_words(20, "nb") == number_words(20, "no") == ("tjue",)


def test_digits() -> None:
    assert [digits(number) for number in (5, 5.0, 20.5, -3, 1_000_000)] == ["5", "5", "20.5", "-3", "1000000"]
    assert [digits(number) for number in (0.1 + 0.2, 123_456.7, 1e15)] == ["0.3", "123456.7", "1" + 15 * "0"]
