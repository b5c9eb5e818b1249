"""Ways to say a number that Unicode's rules do not know: "a hundred", "twelve hundred", "zwo", "anderthalb", "één".

Takes words by those rules and gives more of them. A number that ends in a half has its own: "twenty one and a half",
"zweieinhalb". All as people write it; the normal form is made elsewhere (`spelling`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Words = Callable[[int], tuple[str, ...]]  # a whole number → its words, the plainest first

_FIFTY, _HUNDRED, _THOUSAND = 50, 100, 1_000
_HUNDREDS = range(11, 100)  # "twelve hundred", but not "twenty hundred"
_FEW_HUNDREDS = range(11, 20)


def more_ways(number: int, plain: Iterable[str], language: str, words_of: Words) -> Iterator[str]:
    """More words for a whole number from 0 on; `plain` are those that the rules give."""
    family = re.split("[-_]", language)[0]
    if family in _WHOLE:
        yield from _WHOLE[family](number, tuple(plain), words_of)


def minus_words(language: str) -> tuple[str, ...]:
    """Words that stand for a minus beside the one that the rules know."""
    return ("negative",) if re.split("[-_]", language)[0] == "en" else ()


def point_ways(words: str, language: str) -> Iterator[str]:
    """Other ways to say a number that has a decimal point, of one way: in America Spanish has a point as well."""
    if re.split("[-_]", language)[0] == "es" and " coma " in words:
        yield words.replace(" coma ", " punto ")


def half_ways(whole: int, language: str, numerals: Iterable[str]) -> Iterator[str]:
    """Ways to say a half more than `whole`, from 0 on, that name the half; `numerals` are words and digits for it."""
    # A half alone is no number with a half behind it.
    family = re.split("[-_]", language)[0]
    if family not in _BEHIND:
        return
    alone, one_and_a_half, behind = _ALONE[family], _ONE_AND_A_HALF.get(family, ()), _BEHIND[family]
    if whole == 0:
        yield from alone
        return
    # One and a half may have a word of its own; any number has the word for the half behind it.
    if whole == 1:
        yield from one_and_a_half
    for numeral in numerals:
        yield from (form.format(numeral) for form in behind)
        # "tweeënhalf", but "vierenhalf"; digits are not written together with words.
        if family == "nl" and not numeral.isdigit():
            yield f"{numeral}{'ë' if numeral.endswith('e') else 'e'}nhalf"
            yield f"{numeral}{'ë' if numeral.endswith('e') else 'e'}neenhalf"
        if family == "de" and not numeral.isdigit():
            yield f"{re.sub('eins$', 'ein', numeral)}einhalb"


_ALONE = {
    "en": ("half", "a half", "one half", "point five"),
    "de": ("halb", "ein halb", "einhalb"),
    "fr": ("demi", "un demi", "une demie", "la moitié"),
    "es": ("medio", "media", "la mitad"),
    "it": ("mezzo", "mezza", "metà"),
    "nl": ("half", "een half", "een halve"),
}
_ONE_AND_A_HALF = {"de": ("anderthalb",), "nl": ("anderhalf", "anderhalve")}
_BEHIND: dict[str, tuple[str, ...]] = {
    "en": ("{} and a half",),
    "de": (),
    "fr": ("{} et demi", "{} et demie"),
    "es": ("{} y medio", "{} y media"),
    "it": ("{} e mezzo", "{} e mezza"),
    "nl": ("{} en een half", "{} en een halve"),
}


def _english(number: int, plain: tuple[str, ...], words_of: Words) -> Iterator[str]:
    # An "and" before the last part of a number: after "hundred" or "thousand" with one word behind it.
    hundreds, rest = divmod(number, 100)
    several = [*plain]
    # "twelve hundred and fifty"; finer ones are rare, and a range of thousands should stay small.
    if hundreds in _HUNDREDS and hundreds % 10 and not rest % _FIFTY:
        several.append(f"{words_of(hundreds)[0]} hundred{f' {words_of(rest)[0]}' if rest else ''}")
    several += [re.sub(r"(hundred|thousand) (?=[a-z-]+$)", r"\1 and ", words) for words in several]
    yield from several
    yield from (re.sub(r"^one (?=hundred|thousand|million)", "a ", words) for words in several)


def _german(number: int, plain: tuple[str, ...], words_of: Words) -> Iterator[str]:
    hundreds, rest = divmod(number, 100)
    several = [*plain]
    if hundreds in _FEW_HUNDREDS:
        several.append(f"{words_of(hundreds)[0]}hundert{words_of(rest)[0] if rest else ''}")
    # The "ein" at the beginning may be dropped, an "und" may come in, and "zwo" is clearer than "zwei".
    several += [re.sub(r"^ein(hundert|tausend)", r"\1", words) for words in several]
    if rest and number < _THOUSAND:
        several += [re.sub(r"hundert(?!$)", "hundertund", words) for words in several]
    yield from several
    if number < _HUNDRED:
        yield from (words.replace("zwei", "zwo") for words in several)


def _french(number: int, plain: tuple[str, ...], words_of: Words) -> Iterator[str]:
    yield from plain
    # "douze cents", "douze cent cinquante".
    of_hundreds, rest = divmod(number, _HUNDRED)
    if of_hundreds in _FRENCH_HUNDREDS and not rest % _FIFTY:
        yield f"{words_of(of_hundreds)[0]} {f'cent {words_of(rest)[0]}' if rest else 'cents'}"
    # Belgium and Switzerland count in tens up to the end.
    tens, ones = divmod(number % 100, 10)
    if tens in _FRENCH_TENS:
        hundreds = number - number % 100
        before = re.sub("cents$", "cent", words_of(hundreds)[0]) + " " if hundreds else ""
        behind = ("", " et un")[ones] if ones < 2 else f"-{words_of(ones)[0]}"  # noqa: PLR2004 # none, and one
        yield f"{before}{_FRENCH_TENS[tens]}{behind}"


_FRENCH_HUNDREDS = range(11, 17)
_FRENCH_TENS = {7: "septante", 8: "huitante", 9: "nonante"}


def _italian(_number: int, plain: tuple[str, ...], _words_of: Words) -> Iterator[str]:
    # Written in one word, or in several.
    yield from plain
    yield from (re.sub(r"(mille|mila|cento)(?=.)", r"\1 ", words) for words in plain)


def _dutch(number: int, plain: tuple[str, ...], words_of: Words) -> Iterator[str]:
    # The accents tell the number from the article.
    several = [*plain, *["één"] * (number == 1)]
    hundreds, rest = divmod(number, 100)
    if hundreds in _HUNDREDS and hundreds % 10 and not rest % _FIFTY:
        several.append(f"{words_of(hundreds)[0]}honderd{words_of(rest)[0] if rest else ''}")
    yield from several
    # Written in one word or in several, with an "en" or without.
    yield from (re.sub(r"(honderd|duizend)(?=.)", rf"\1{en}", words) for words in several for en in (" ", "en", " en "))


_WHOLE: dict[str, Callable[[int, tuple[str, ...], Words], Iterator[str]]] = {
    "en": _english,
    "de": _german,
    "fr": _french,
    "it": _italian,
    "nl": _dutch,
}
