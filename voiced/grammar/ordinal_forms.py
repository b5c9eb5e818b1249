"""Ordinals as they are said and as they are written: "second floor" and "2nd floor", "ersten Stock" and "1. Stock"."""

from __future__ import annotations

_ENGLISH = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_FRENCH = "premier deuxième troisième quatrième cinquième sixième septième huitième neuvième dixième"
_GERMAN = "erst zweit dritt viert fünft sechst siebt acht neunt zehnt elft zwölft"
_DUTCH = "eerste tweede derde vierde vijfde zesde zevende achtste negende tiende elfde twaalfde"
_SPANISH = {1: ("primer", "primero", "1er", "1º"), 2: ("segundo", "2do", "2º"), 3: ("tercer", "tercero", "3er", "3º")}


def _english(number: int, word: str) -> tuple[str, ...]:
    return word, f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }"


def _french(number: int, word: str) -> tuple[str, ...]:
    return (word, "1er") if number == 1 else (word, f"{number}e", f"{number}ème")


def _dutch(number: int, word: str) -> tuple[str, ...]:
    # "1e", "1ste", "2de".
    return word, f"{number}e", f"{number}{'ste' if word.endswith('ste') else 'de'}"


# Language → groups of forms that are one word.
ORDINALS: dict[str, tuple[tuple[str, ...], ...]] = {
    "en": tuple(_english(number, word) for number, word in enumerate(_ENGLISH.split(), start=1)),
    "es": tuple(_SPANISH.values()),
    "fr": (
        *(_french(number, word) for number, word in enumerate(_FRENCH.split(), start=1)),
        ("première", "1re", "1ère"),
    ),
    "nl": tuple(_dutch(number, word) for number, word in enumerate(_DUTCH.split(), start=1)),
}
# Language → words that may be written as a number with a point, which in normal form is the number. Not the other way
# round: a template that says "1" does not mean the first.
NUMBERED: dict[str, dict[str, int]] = {
    "de": {
        f"{stem}{end}": number
        for number, stem in enumerate(_GERMAN.split(), start=1)
        for end in ("e", "en", "er", "es")
    }
}
