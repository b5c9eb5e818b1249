"""The same words written differently: "fifty" and "50", "percent" and "%", "okay" and "OK".

A recogniser writes as it likes, so every text of a template becomes a row of units, each with all of its spellings.
Everything here is in normal form (`normalize`). Knows nothing of templates.
"""

from __future__ import annotations

import re
from functools import lru_cache

from voiced.grammar.normalize import normalize
from voiced.grammar.numbers import number_words

_NUMERALS = 101  # words for 0 to 100 in a template may also be written in digits
_LONGEST = 4  # words of one unit: "einhundert" is one, "one hundred and one" four
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_EQUAL: dict[str, tuple[tuple[str, ...], ...]] = {  # language → spellings of the same word, in normal form
    "": (("ok", "okay"), ("tv", "t v")),
    "en": (
        ("percent", "per cent", "%"),
        ("degrees", "°", "° c", "° f"),
        ("degrees celsius", "° c", "° celsius"),
        ("degrees fahrenheit", "° f", "° fahrenheit"),
        ("and", "&"),
        ("color", "colour"),
        ("colors", "colours"),
        ("gray", "grey"),
        ("favorite", "favourite"),
        ("theater", "theatre"),
        ("all right", "alright"),
    ),
    "de": (("prozent", "%"), ("grad", "°", "° c"), ("grad celsius", "° c", "° celsius"), ("und", "&")),
    "es": (("por ciento", "porciento", "%"), ("grados", "°", "° c"), ("y", "&")),
    "fr": (("pour cent", "pourcent", "%"), ("degrés", "°", "° c"), ("et", "&")),
    "it": (("percento", "per cento", "%"), ("gradi", "°", "° c"), ("e", "&")),
    "nl": (("procent", "%"), ("graden", "°", "° c"), ("en", "&")),
}


def spellings(text: str, language: str) -> tuple[tuple[str, ...], ...]:
    """The units of a text in normal form, in order; each with its spellings, the given one first."""
    words = text.split()
    units = []
    at = 0
    while at < len(words):
        length, forms = _longest_unit(words, at, language)
        units.append(forms)
        at += length
    return tuple(units)


@lru_cache(maxsize=50_000)  # ranges overlap
def number_spellings(number: float, language: str) -> tuple[str, ...]:
    """A number in words, in normal form; a negative one also as "minus 5"."""
    spoken = [normalize(words, language).text for words in number_words(number, language)]
    if number < 0:
        spoken += [form for form in _minus_digits(number, language) if form]
    return tuple(dict.fromkeys(spoken))


def digits(number: float) -> str:
    """A number in digits, in normal form."""
    return f"{number:.12g}"


def _minus_digits(number: float, language: str) -> list[str]:
    positive = normalize((number_words(-number, language) or ("",))[0], language).text
    return [
        normalize(words, language).text.removesuffix(positive) + digits(-number)
        for words in number_words(number, language)[:1]
        if positive
    ]


def _longest_unit(words: list[str], at: int, language: str) -> tuple[int, tuple[str, ...]]:
    table = _table(language)
    for length in range(min(_LONGEST, len(words) - at), 0, -1):
        text = " ".join(words[at : at + length])
        if text in table:
            return length, tuple(dict.fromkeys((text, *table[text])))
    if _NUMBER.fullmatch(words[at]):
        number = float(words[at])
        return 1, (words[at], *number_spellings(int(number) if number.is_integer() else number, language))
    return 1, (words[at],)


@lru_cache(maxsize=16)
def _table(language: str) -> dict[str, tuple[str, ...]]:
    """Unit → its spellings, for the units that have more than one."""
    table: dict[str, tuple[str, ...]] = {}
    for number in range(_NUMERALS):
        for words in number_words(number, language)[:1]:
            table[normalize(words, language).text] = (str(number),)
    for groups in (_EQUAL[""], _EQUAL.get(re.split("[-_]", language)[0], ())):
        for group in groups:
            normal = tuple(normalize(form, language).text for form in group)
            for form in normal:
                table[form] = table.get(form, ()) + normal
    return table
