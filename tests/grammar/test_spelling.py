"""Spellings of the same word, and numbers in words."""

from __future__ import annotations

import pytest

from voiced.grammar.spelling import digit_spellings, digits, number_spellings, number_words, spellings

DE_105 = ("einhundertfu\u0308nf", "hundertfu\u0308nf", "einhundertundfu\u0308nf", "hundertundfu\u0308nf")


@pytest.mark.parametrize(
    ("text", "language", "units"),
    [
        ("turn on", "en", (("turn",), ("on",))),
        ("twenty one steps", "en", (("twenty one", "21"), ("steps",))),
        ("21 steps", "en", (("21", "twenty one"), ("steps",))),
        ("one hundred percent", "en", (("one hundred", "100"), ("percent", "per cent", "%"))),
        ("-5", "en", (("-5", "minus five", "negative five", "minus 5", "negative 5"),)),
        ("-5.5", "de", (("-5.5", "minus fu\u0308nf komma fu\u0308nf", "minus fu\u0308nfeinhalb", "minus 5.5"),)),
        ("2.5", "en", (("2.5", "two point five", "two and a half", "2 and a half"),)),
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
        (105, "en", ("one hundred five", "one hundred and five", "a hundred five", "a hundred and five")),
        (1200, "en", ("one thousand two hundred", "twelve hundred", "a thousand two hundred")),
        (105, "de", (*DE_105,)),
        (2, "de", ("zwei", "zwo")),
        (21, "es", ("veintiuno", "veintiu\u0301n", "veintiuna")),
        (1, "fr", ("un", "une")),
        (-1, "nl", ("min een", "min e\u0301e\u0301n", "min 1")),
        (72, "fr", ("soixante douze", "septante deux")),
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


@pytest.mark.parametrize(
    ("number", "language", "forms"),
    [
        (5, "en", ("5", "05", "5.0")),
        (0, "de", ("0", "00", "0.0")),
        (21, "en", ("21", "21.0")),
        (-5, "en", ("-5", "-5.0")),
        (1000, "en", ("1000", "1000.0")),
        (12_000, "de", ("12000", "12000.0", "12.000", "12 000")),
        (2.5, "fr", ("2.5",)),
    ],
)
def test_numbers_in_digits(number: float, language: str, forms: tuple[str, ...]) -> None:
    assert digit_spellings(number, language) == forms


@pytest.mark.parametrize(
    "language", ["ar", "cs", "da", "de", "en", "fi", "fr", "he", "hu", "it", "ja", "pl", "ru", "zh"]
)
def test_no_two_numbers_are_said_alike(language: str) -> None:
    """Not even where Unicode's rules leave out a fraction: "minus five" is not -5.5."""
    said: dict[str, float] = {}
    for number in (tenth / 10 for tenth in range(-65, 66)):
        for words in number_spellings(int(number) if number.is_integer() else number, language):
            assert said.setdefault(words, number) == number, words
