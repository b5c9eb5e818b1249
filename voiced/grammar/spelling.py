"""Different spellings of one word: "fifty" and "50", "percent" and "%", "okay" and "OK"; and numbers in words.

A recogniser writes as it likes, so every text of a template becomes a row of units, each with all its spellings:
"twenty one percent" → ("twenty one", "21"), ("percent", "per cent", "%"). All of it is in normal form (`normalize`).

Number words follow the rules of Unicode's CLDR (rule-based number formats, RBNF); this is the only file that knows
`unicode_rbnf`. Knows nothing of templates.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from voiced.foundations.submodules import submodules
from voiced.grammar.normalize import normalize
from voiced.grammar.number_ways import half_ways, minus_words, more_ways, point_ways
from voiced.grammar.ordinal_forms import NUMBERED, ORDINALS

if TYPE_CHECKING:
    from unicode_rbnf.engine import RbnfEngine, RbnfError

    from voiced.grammar.definitions import NumberRange
else:  # the package would look for its own version, which takes longer than all numbers of a household
    [_module] = submodules("unicode_rbnf", "engine")
    RbnfEngine, RbnfError = _module.RbnfEngine, _module.RbnfError

_NUMERALS = 101  # words for 0 to 100 in a template may also be written in digits
_LONGEST_UNIT_WORDS = 4  # "einhundert" is one word, "one hundred and one" four
_PARTED = 1_000  # from here on a mark or a space parts thousands
_ANY_NUMBER, _A_TENTH, _HALF = 5, 0.1, 0.5
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")  # what a float holds: nobody says longer ones
_SHARED_RULES = {"nb": "no"}  # languages whose own file of rules is empty → the one that holds them
# What has several spellings and is no number. The degree sign may come with its unit, or without one.
# Extend this table where Whisper writes a word of the grammar in a way that the grammar does not know.
_EQUAL: dict[str, tuple[tuple[str, ...], ...]] = {  # language → groups of spellings that mean one word
    "": (("ok", "okay"), ("tv", "t v"), ("wifi", "wi fi"), ("hifi", "hi fi"), ("ebike", "e bike"), ("email", "e mail")),
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
        ("ac", "a c"),
        ("good night", "goodnight"),
        ("night light", "nightlight"),
        ("night lights", "nightlights"),
        ("play list", "playlist"),
        ("door bell", "doorbell"),
        ("dish washer", "dishwasher"),
        ("air con", "aircon"),
        ("half way", "halfway"),
        ("every thing", "everything"),
    ),
    "de": (("prozent", "%"), ("grad", "°", "° c"), ("grad celsius", "° c", "° celsius"), ("und", "&")),
    "es": (("por ciento", "porciento", "%"), ("grados", "°", "° c"), ("y", "&")),
    "fr": (("pour cent", "pourcent", "%"), ("degrés", "°", "° c"), ("et", "&")),
    "it": (("percento", "per cento", "%"), ("gradi", "°", "° c"), ("e", "&")),
    "nl": (("procent", "%"), ("graden", "°", "° c"), ("en", "&")),
}


def spellings(text: str, language: str) -> tuple[tuple[str, ...], ...]:
    """The units of a text in normal form, in order; each is a tuple of spellings, the given one first."""
    words = text.split()
    units = []
    at = 0
    # Longest match from the left: "twenty one" is one unit, not two.
    while at < len(words):
        length, forms = _longest_unit(words, at, language)
        units.append(forms)
        at += length
    return tuple(units)


def _longest_unit(words: list[str], at: int, language: str) -> tuple[int, tuple[str, ...]]:
    """How many words from `at` on make one unit, and its spellings."""
    table = _table(language)
    # Words that the table knows: four together, then three, …
    for length in range(min(_LONGEST_UNIT_WORDS, len(words) - at), 0, -1):
        text = " ".join(words[at : at + length])
        if text in table:
            return length, tuple(dict.fromkeys((text, *table[text])))
    # Digits may be said in words: 21 → "twenty one".
    if _NUMBER.fullmatch(words[at]):
        number = float(words[at])
        return 1, (words[at], *number_spellings(int(number) if number.is_integer() else number, language))
    return 1, (words[at],)


@lru_cache(maxsize=16)
def _table(language: str) -> dict[str, tuple[str, ...]]:
    """The units of a language that have more than one spelling → those spellings."""
    table: dict[str, tuple[str, ...]] = {}
    # Number words become digits: "twenty one" → 21. Of each number only the plainest words.
    for number in range(_NUMERALS):
        for words in _by_rules(number, language)[:1]:
            table[normalize(words, language).text] = (str(number),)
    # Every form of a group may be written as every other; a form that is in two groups has the spellings of both.
    family = re.split("[-_]", language)[0]
    for word, number in NUMBERED.get(family, {}).items():
        table[normalize(word, language).text] = (str(number),)
    for groups in (_EQUAL[""], _EQUAL.get(family, ()), ORDINALS.get(family, ())):
        for group in groups:
            normal = tuple(normalize(form, language).text for form in group)
            for form in normal:
                table[form] = table.get(form, ()) + normal
    return table


@lru_cache(maxsize=50_000)  # ranges overlap
def number_spellings(number: float, language: str) -> tuple[str, ...]:
    """The words for a number, in normal form; for a negative one also "minus 5". Empty without rules for a language."""
    # "twenty-one" and "twenty one" are one spelling in normal form.
    spoken = [normalize(words, language).text for words in number_words(number, language)]
    if spoken and number < 0:
        spoken += [normalize(minus, language).text + f" {digits(-number)}" for minus in _minuses(language)]
    return tuple(dict.fromkeys(spoken))


def digit_spellings(number: float, language: str) -> tuple[str, ...]:
    """The ways to write a number in digits, in normal form: 5 is "5", "05", as in 7:05, and "5.0"."""
    plain = digits(number)
    if not float(number).is_integer():
        return (plain,)
    # German writes 1.000 and French 1 000 for thousand; in English a comma has vanished in normal form.
    parted = [] if language.startswith("en") or abs(number) < _PARTED else _parted(int(number))
    return (plain, *[f"0{plain}"] * (0 <= number < 10), f"{plain}.0", *parted)  # noqa: PLR2004 # of one digit


def forms_of(number: float, numbers: NumberRange) -> tuple[str, ...]:
    """The ways to say and write a number of a range, in normal form."""
    # How digits are written may be given: in "7:05" there are two.
    written = (numbers.layout.format(number),) if numbers.layout else digit_spellings(number, numbers.language)
    return written * numbers.digits + number_spellings(number, numbers.language) * numbers.words


def _parted(number: int) -> list[str]:
    written = f"{number:,}"
    return [written.replace(",", mark) for mark in ". "]


def digits(number: float) -> str:
    """A number in digits, in normal form: 5.0 → "5", 20.5 → "20.5"."""
    # As many digits as are sure, never with an exponent: "1e+15" is no normal form.
    return format(Decimal(f"{number:.15g}"), "f")


@lru_cache(maxsize=64)
def _engine(language: str) -> RbnfEngine | None:
    """The CLDR rules of a language, or of its family (`de` for `de-AT`); None if CLDR has none."""
    # From the most specific to the family: de_AT, then de.
    normal = language.replace("-", "_")
    for name in (normal, normal.split("_")[0]):
        try:
            return RbnfEngine.for_language(_SHARED_RULES.get(name, name))
        except ValueError:
            continue
    return None


@lru_cache(maxsize=50_000)
def number_words(number: float, language: str) -> tuple[str, ...]:
    """The ways to say a number, the plainest first; empty if CLDR has no rules for the language or the number."""
    # The rules forget what stands behind the point of a negative number, so it is its minus and the number without.
    if number < 0:
        positive = number_words(-number, language)
        return tuple(f"{minus} {words}" for minus in _minuses(language) for words in positive)
    plain = _by_rules(number, language)
    if not plain:
        return ()
    # What people say beside the rules comes behind them.
    if float(number).is_integer():
        more = more_ways(int(number), plain, language, lambda other: number_words(other, language))
        return tuple(dict.fromkeys([*plain, *more]))
    whole, behind = divmod(number, 1)
    # In some languages the rules also give words that leave the fraction out; another number has these, too.
    told = set(plain) - set(_by_rules(whole + (_A_TENTH if behind != _A_TENTH else 2 * _A_TENTH), language))
    halves = half_ways(int(whole), language, _numerals(whole, language)) if behind == _HALF else ()
    said = [words for words in plain if words in told]
    pointed = (way for words in said for way in point_ways(words, language))
    return tuple(dict.fromkeys([*said, *pointed, *halves]))


def _numerals(whole: float, language: str) -> tuple[str, ...]:
    return (*number_words(int(whole), language), digits(whole))


@lru_cache(maxsize=64)
def _minuses(language: str) -> tuple[str, ...]:
    """The words for minus: what -5 says before it says 5, and what people say."""
    found = zip(_by_rules(-_ANY_NUMBER, language)[:1], _by_rules(_ANY_NUMBER, language)[:1], strict=True)
    return (*(negative.removesuffix(positive).strip() for negative, positive in found), *minus_words(language))


def _by_rules(number: float, language: str) -> tuple[str, ...]:
    """The words for a number by CLDR's rules, the plainest first."""
    engine = _engine(language)
    if engine is None:
        return ()
    try:
        result = engine.format_number(number)
    except (ValueError, RbnfError):  # a hole in a language's rules
        return ()
    # Genders and cases are rulesets of their own: "veintiuno", "veintiún", "veintiuna".
    return tuple(dict.fromkeys([result.text, *result.text_by_ruleset.values()]))
