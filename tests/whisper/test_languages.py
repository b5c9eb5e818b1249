"""Codes and names of languages."""

from __future__ import annotations

import pytest

from voiced.whisper.languages import LANGUAGES, language_code


def test_the_table() -> None:
    codes = list(LANGUAGES)
    assert len(codes) == 100
    assert (codes[0], codes[2], codes[98], codes[99]) == ("en", "de", "su", "yue")
    assert (LANGUAGES["ht"], LANGUAGES["nn"]) == ("haitian creole", "nynorsk")


@pytest.mark.parametrize("said", ["de", "DE", "German", " german ", "de-DE", "de_AT", "DE-1996"])
def test_code_or_name(said: str) -> None:
    assert language_code(said) == "de"


def test_other_names() -> None:
    assert [language_code(name) for name in ("Castilian", "flemish", "mandarin")] == ["es", "nl", "zh"]


def test_codes_that_home_assistant_has() -> None:
    assert [language_code(code) for code in ("nb", "pt-BR", "zh-Hant-TW", "sr-Latn")] == ["no", "pt", "zh", "sr"]


def test_unknown() -> None:
    with pytest.raises(
        ValueError, match="'klingon' is not a language that Whisper knows; say it as in 'de' or 'german'"
    ):
        language_code("klingon")
