"""Numbers and percents: what is said of them, and what it comes to. In any language: all have digits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voiced.grammar.definitions import NumberRange
from voiced.grammar.typed.words import Words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiced.grammar.automaton import Parts
    from voiced.grammar.definitions import TypedList
    from voiced.grammar.typed.words import Values

# The word for percent, in languages that have one; all have the sign.
_UNITS = {
    "ca": "per cent",
    "cs": "procent[a|o]",
    "da": "procent",
    "de": "Prozent",
    "en": "percent",
    "es": "por ciento",
    "fi": "prosent(ti|tia)",
    "fr": "pour cent",
    "hu": "százalék",
    "it": "per cento",
    "nb": "prosent",
    "nl": "procent",
    "pl": "procent[y|ów]",
    "pt": "por cento",
    "ro": "la sută",
    "ru": "процент[ов]",
    "sk": "percent[o|á]",
    "sv": "procent",
    "uk": "відсот(ок|ки|ків)",
}
# Where it stands before the number.
_BEFORE = {"tr": "yüzde", "zh": "百分之"}
# In Spain a hundred has one of its own.
_ALSO_A_HUNDRED = {"es": {"cien por cien": 100}}
# Said for the number and its word together.
_SHARES: Mapping[str, Mapping[str, int]] = {
    "en": {"(half|a half|one half)": 50, "(quarter|a quarter|one quarter)": 25, "three quarters": 75},
    "de": {"(die Hälfte|halb)": 50, "ein Viertel": 25, "(drei Viertel|dreiviertel)": 75},
    "fr": {"[la] moitié": 50, "un quart": 25, "[les] trois quarts": 75},
    "es": {"[la] mitad": 50, "un cuarto": 25, "tres cuartos": 75},
    "it": {"[la] metà": 50, "un quarto": 25, "tre quarti": 75},
    "nl": {"(de helft|half)": 50, "een kwart": 25, "(driekwart|drie kwart)": 75},
}
_THIRDS: Mapping[str, tuple[str, str]] = {
    "en": ("(a|one) third", "two thirds"),
    "de": ("ein Drittel", "zwei Drittel"),
    "fr": ("un tiers", "deux tiers"),
    "es": ("un tercio", "dos tercios"),
    "it": ("un terzo", "due terzi"),
    "nl": ("een derde", "twee derde"),
}


def number_words(typed: TypedList) -> Words:
    """Whole numbers from `start` to `stop`, and fractions between them."""
    lists: dict[str, Values] = {"whole": NumberRange(typed.start, typed.stop, typed.step)}
    # Behind the last number there is no fraction: it would be beyond.
    if not typed.fractions or typed.start == typed.stop:
        return Words("{whole}", lists)
    lists["broken"] = NumberRange(typed.start, typed.stop - 1, fractions=typed.fractions)
    return Words("({whole}|{broken})", lists)


def percent_words(typed: TypedList) -> Words:
    """Numbers with the word for percent, or without; and shares of a hundred."""
    family = re.split("[-_]", typed.language)[0]
    # A share that the bounds leave out is not said either.
    said = range(typed.start, typed.stop + 1, typed.step)
    known = {**_SHARES.get(family, {}), **_ALSO_A_HUNDRED.get(family, {}), **_thirds(family, typed.step)}
    shares = {text: share for text, share in known.items() if share in said}
    lists: dict[str, Values] = {"n": NumberRange(typed.start, typed.stop, typed.step)}
    # "50 percent", "50%", "50"; in Turkish "yüzde 50".
    before = f"[{_BEFORE[family]}[ ]]" if family in _BEFORE else ""
    behind = f"[[ ]({_UNITS[family]}|%)]" if family in _UNITS else "[[ ]%]"
    if not shares:
        return Words(f"{before}{{n}}{behind}", lists)
    return Words(f"({{n}}{behind}|{{shares}})", {**lists, "shares": shares})


def _thirds(family: str, step: int) -> Mapping[str, int]:
    # Nobody says 33.3 percent.
    # To the nearest number that may be said: 33 and 67, in steps of five 35 and 65.
    return {
        text: round(share / step) * step
        for text, share in zip(_THIRDS.get(family, ()), (100 / 3, 200 / 3), strict=False)
    }


def total(parts: Parts) -> int | float:
    """The sum of numbers; a whole number where it is one."""
    # Tenths are as fine as anybody says.
    # Parts are floats where a range has fractions.
    found = round(sum(part for part in parts if isinstance(part, (int, float))), 1)
    return int(found) if float(found).is_integer() else found
