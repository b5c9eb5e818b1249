"""Normal form: what does not matter is gone, and the machine says so one character at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.grammar.normalize import Writing, normalize, normalize_part, write


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Turn ON, the kitchen-lights!", "turn on the kitchen lights"),
        ("  a\tb\n", "a b"),
        ("What\u2019s up", "whats up"),
        ("A.C. and a.m.", "ac and am"),
        ("22.5", "22.5"),
        ("5.", "5"),
        ("5. Then", "5 then"),
        ("1,000 and 2,5", "1000 and 25"),
        ("5, 6", "5 6"),
        ("-5", "-5"),
        ("to \u22125 now", "to -5 now"),
        ("5-6 x-7", "5 6 x 7"),
        ("- 5", "5"),
        ("50%", "50 %"),
        ("21\u00bd, \u00be", "21.5 0.75"),
        ("21\u2153", "21\u2153"),
        ("to .5", "to 0.5"),
        ("to ...5 or ....5", "to 5 or 5"),
        ("21.5\u00b0C", "21.5 ° c"),
        ("50 % now", "50 % now"),
        ("7:30", "7 30"),
        ("Straße", "strasse"),
        ("\u00c9t\u00e9", "e\u0301te\u0301"),
        ("\uff11\uff12", "12"),
        ("...", ""),
        ("", ""),
    ],
)
def test_normal_form(text: str, normal: str) -> None:
    assert normalize(text).text == normal


def test_a_comma_between_digits_depends_on_the_language() -> None:
    assert (normalize("20,5", "en").text, normalize("20,5", "de").text) == ("205", "20.5")


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        (" light", " light"),
        ("light ", "light "),
        ("s", "s"),
        (" ", " "),
        ("-", " "),
        (".", ""),
        ("-5 a", " -5 a"),
        (" -5", " -5"),
        ("%", " % "),
    ],
)
def test_a_piece_keeps_the_spaces_at_its_ends(text: str, normal: str) -> None:
    assert normalize_part(text) == normal


TEXTS = st.text(alphabet=st.one_of(st.sampled_from("aB1 .,-'%\u00b0\u00e9ß"), st.characters()), max_size=30)


@given(TEXTS)
def test_normal_form_is_normal(text: str) -> None:
    once = normalize(text).text
    assert normalize(once).text == once
    assert once == once.strip()
    assert "  " not in once


@given(TEXTS)
def test_every_character_comes_from_the_text_in_order(text: str) -> None:
    normal = normalize(text)
    assert len(normal.sources) == len(normal.text)
    assert list(normal.sources) == sorted(normal.sources)
    assert all(0 <= source < len(text) for source in normal.sources)


@given(TEXTS, TEXTS)
def test_what_is_written_does_not_depend_on_what_follows(text: str, more: str) -> None:
    """Two readers see the same letters: one has the whole text, the other gets it piece by piece."""
    assert normalize(text + more).text.startswith(normalize(text).text)
    state, written = Writing.NOTHING, ""
    for char in text + more:
        state, characters = write(state, char)
        written += characters
    assert written == normalize(text + more).text
