"""Which spellings are one in a language: accents that may be missing, "ü" and "ue", hamza, spaces at a hyphen.

People and recognisers do not agree on them: a grammar says "cafe", Whisper writes "café". So letters are folded on the
way into the automaton, and those of a text when it is read: what is the same after folding is the same to both readers,
at no cost, for an automaton of folded letters is no larger. A letter in normal form becomes none, one or two, whatever
stands beside it (a homomorphism), so pieces of a template may be folded one by one. Which spaces may be missing is left
to `joints`.

Some folding is no matter of taste: dotted and dotless i of Turkish, whose capitals Unicode's rules of other languages
mix up, and marks that are usually left out, as Arabic vowels. The rest is a setting of a file. Knows no templates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    Letters: TypeAlias = "Mapping[int, str | None]"  # code of a letter → what it becomes; None: nothing


@dataclass(frozen=True, eq=False, slots=True)
class Folding:
    """What counts as one spelling; compared by identity, for `folding_of` makes each once."""

    letters: Letters = field(default_factory=dict, repr=False)  # of the normal form
    joins: bool = False  # whether the space may be missing at hyphens, slashes, and before digits
    usual: str = ""  # letters that the language is usually written with, besides those of the grammar

    def fold(self, normal: str) -> str:
        """Text in normal form, folded."""
        # No language folds letters of ASCII.
        return normal if normal.isascii() else normal.translate(self.letters)


AS_WRITTEN = Folding()


def _dropped(*spans: tuple[int, int]) -> Letters:
    """Letters of which nothing is left: from the first to the last code of each span."""
    return {code: None for first, last in spans for code in range(first, last + 1)}


def _becoming(letters: dict[str, str]) -> Letters:
    return {ord(letter): plain for letter, plain in letters.items()}


# ---- always

# Dotted and dotless i: "I" is the capital of the one without a dot, "\u0130" that of the other, which is i and a dot.
_ONE_I: Letters = {ord("\u0131"): "i", 0x307: None}
# Vowel marks, which are left out in everyday writing, and what stretches a word.
_NO_VOWEL_MARKS: Letters = _dropped((0x64B, 0x652), (0x670, 0x670), (0x640, 0x640))
_NO_NIQQUD: Letters = _dropped((0x591, 0x5BD), (0x5BF, 0x5BF), (0x5C1, 0x5C2), (0x5C4, 0x5C5), (0x5C7, 0x5C7))
_ALWAYS: dict[str, Letters] = {
    "tr": _ONE_I,
    "az": _ONE_I,
    "ar": _NO_VOWEL_MARKS,
    "fa": _NO_VOWEL_MARKS,
    "ur": _NO_VOWEL_MARKS,
    "he": _NO_NIQQUD,
    "iw": _NO_NIQQUD,
    "yi": _NO_NIQQUD,
    "ro": {0x327: "\u0326"},  # ş and ţ are how old keyboards write ș and ț
}

# ---- as the setting says

_ACCENTS = _dropped((0x300, 0x36F))  # combining ones: in normal form letters are taken apart
_LATIN = {**_ACCENTS, **_becoming({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d"})}
_UMLAUTS = {**_LATIN, 0x308: "e"}
_NORDIC = {**_LATIN, 0x30A: "a", **_becoming({"ø": "oe"})}
# Of Cyrillic only ё and marks of stress: й is a letter that words differ by.
_RUSSIAN = _dropped((0x300, 0x301), (0x308, 0x308))
_STRESS = _dropped((0x300, 0x301))
# Hamza above, below and madda, which normal form takes apart; ta marbuta, alif maqsura, wasla; Persian kaf and ya.
_ARABIC = {**_dropped((0x653, 0x655)), 0x629: "\u0647", 0x649: "\u064a", 0x671: "\u0627"}
_PERSIAN = {**_ARABIC, 0x6A9: "\u0643", 0x6CC: "\u064a"}
_NO_LETTERS: Letters = {}
_FOLDED: dict[str, Letters] = {
    **dict.fromkeys(("de", "lb"), _UMLAUTS),
    **dict.fromkeys(("da", "nb", "nn", "no"), _NORDIC),
    **dict.fromkeys(("be", "bg", "kk", "ky", "mn", "ru", "tg", "tt"), _RUSSIAN),
    "uk": _STRESS,
    "mk": _dropped((0x300, 0x300)),
    "ar": _ARABIC,
    "fa": _PERSIAN,
    "ur": _PERSIAN,
    # Marks are vowels, tones or voicing: another mark is another word.
    **dict.fromkeys(("bn", "gu", "he", "hi", "iw", "ja", "ka", "kn", "km", "ko", "lo"), _NO_LETTERS),
    **dict.fromkeys(("ml", "mr", "my", "ne", "pa", "si", "ta", "te", "th", "yi", "yue", "zh"), _NO_LETTERS),
}
_NOT_BY_DEFAULT = {"vi"}  # accents are tones: "ma", "má" and "mà" are three words, as unlike as any others

_USUAL = {
    "az": "çğıİöşü",
    "be": "ё",
    "ca": "àçéèíïóòúü",
    "cs": "áčďéěíňóřšťúůýž",
    "da": "æøåé",
    "de": "äöü",
    "el": "άέήίόύώϊϋΐΰ",
    "es": "áéíóúüñ",
    "et": "äõöüšž",
    "fi": "äöå",
    "fr": "àâæçéèêëîïôœùûü",
    "gl": "áéíóúüñ",
    "hr": "čćđšž",
    "hu": "áéíóöőúüű",
    "is": "áéíóúýæö",
    "it": "àèéìòù",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "nb": "æøå",
    "nl": "éëïèóöü",
    "nn": "æøå",
    "no": "æøå",
    "pl": "ąćęłńóśźż",
    "pt": "áâãàçéêíóôõúü",
    "ro": "ăâîșț",
    "ru": "ё",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "sl": "čšž",
    "sv": "åäöé",
    "tr": "çğıİöşüâî",
}


def folding_of(language: str, given: bool | None = None) -> Folding:  # noqa: FBT001 # as a file says it
    """The folding of a language; `given`: what a file says about it, None: nothing."""
    return _folding(re.split("[-_]", language)[0].lower(), given)


@lru_cache(maxsize=256)
def _folding(family: str, given: bool | None) -> Folding:  # noqa: FBT001
    # What a file says counts for its language; else accents are folded in all but a few.
    is_folded = family not in _NOT_BY_DEFAULT if given is None else given
    letters = _FOLDED.get(family, _LATIN) if is_folded else {}
    usual = _USUAL.get(family, "") if is_folded else ""
    # What is always folded comes first: an accent that is only changed there may be dropped here.
    return Folding({**_ALWAYS.get(family, {}), **letters}, given is not False, usual)
