"""How a text may be written: one mark and one space between words, initials, numbers, marks of other languages."""

from __future__ import annotations

import pytest

from voiced.grammar.surface import MAY_END, Surface, append, characters_of, is_writable, letters_of


def written(text: str, language: str = "en") -> str | None:
    """The normal form of a text that may be written so, and may end there; None if it may not."""
    surface, normal = Surface(), ""
    for char in text:
        seen = append(surface, char, language)
        if seen is None:
            return None
        surface, normal = seen.surface, normal + seen.written
    return normal if surface.spot in MAY_END else None


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        (" Turn on the A.C., please!", "turn on the ac please"),
        ("turn on.", "turn on"),
        ("it's 22.5%", "its 22.5 %"),
        ("1,000", "1000"),
        ("at 7:30", "at 7 30"),
        ("at 7:", None),
        ("at: 7", None),
        ("at 7:x", None),
        ("at 7: 30", None),
        ("to -5", "to -5"),
        ("U.S.A.", "usa"),
        ("well-known", "well known"),
        ("turn  on", None),
        ("turn on ,", None),
        ("turn,, on", None),
        (", turn", None),
        ("turn on,", None),
        ("k.e.t.t.l.e", None),
        ("to-10", None),
        ("\u24744", None),
    ],
)
def test_what_may_be_written(text: str, normal: str | None) -> None:
    assert written(text) == normal


@pytest.mark.parametrize(
    ("text", "language", "allowed"),
    [
        ("\u00bfque?", "es", True),
        ("\u00bfque?", "en", False),
        ("\u5f00\u3002\u706f", "zh", True),
        ("a\u3002", "en", False),
    ],
)
def test_marks_belong_to_languages(text: str, language: str, allowed: bool) -> None:  # noqa: FBT001 # a table's column
    assert (written(text, language) is not None) is allowed


def test_characters_of_letters() -> None:
    assert letters_of("\u00c9") == "e\u0301"
    assert letters_of("\u1d4f") == letters_of("\u2464") == letters_of(",") == ""
    assert "\u00fc" in characters_of(frozenset("u\u0308"))
    assert "\u00fc" not in characters_of(frozenset("u"))
    assert not is_writable("\n")
