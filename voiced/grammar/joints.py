"""Words of a template, each with its spellings, and where the space before it may be missing: "Wi-Fi" and "wifi".

What is said sounds the same with a space, a hyphen or neither, and a recogniser writes as it likes. Where the author
wrote a hyphen or a slash, or a digit behind letters ("SWR 3", "SWR3"), the space may stand or not; so it may where a
piece begins with a hyphen, as behind the list in `{room}-light`. Anywhere else a space is a space. Knows nothing of
states.
"""

from __future__ import annotations

import re
from itertools import product
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from voiced.grammar.normalize import apart, normalize, normalize_part
from voiced.grammar.spelling import spellings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from voiced.grammar.folding import Folding

# Between letters or digits, but not between two digits: "10-20" is no 1020.
_HYPHEN = re.compile(r"(?<=[^\W_])[-\u2010\u2011/](?=[^\W\d_])|(?<=[^\W\d_])[-\u2010\u2011/](?=\d)")
_MAY_JOIN = re.compile(r"[-/\u2010\u2011\d]").search
_LEADING = re.compile(r"[-\u2010\u2011/][^\W\d_]").match
_BEFORE_DIGIT = re.compile(r"(?<=[^\W\d_]) ?(?=\d)")


class Words(NamedTuple):
    """A piece of a template: words, or units of several words that have a spelling together."""

    normal: str  # with spaces at its ends, where it has any
    units: tuple[tuple[str, ...], ...]  # the spellings of each, in normal form
    joined: Mapping[int, tuple[str, ...]] = MappingProxyType({})  # unit → spellings that need no space before them

    def is_changed(self, folding: Folding) -> bool:
        """Whether folding makes other spellings the same."""
        return folding.fold(self.normal) != self.normal

    def n_ways(self) -> int:
        """How many ways there are to write it."""
        return prod(len(forms) + len(self.joined.get(number, ())) for number, forms in enumerate(self.units))

    def plainest(self) -> str:
        """One way to write it, the same for all words that have it in common: of "2" and "two" always the digit."""
        # Wherever the space may be missing, it is.
        return "".join(
            min(self.joined[number]) if number in self.joined else " " * (number > 0) + min(forms)
            for number, forms in enumerate(self.units)
        )

    def ways(self) -> Iterator[str]:
        """Each way to write it: "twenty percent" has six, as (twenty, 20) times (percent, per cent, %), "-" none."""
        # Spellings replace the words, and what stands around these stays.
        said = self.normal.strip()
        for text in self._texts() if said else ():
            yield self.normal.replace(said, apart(text))  # spaces at its ends stay

    def _texts(self) -> Iterator[str]:
        # Hardly any text has a joint, and then there is a space before every unit.
        if not self.joined:
            return map(" ".join, product(*self.units))
        # Each unit with the space before it, or without.
        spaced = [tuple(" " + form for form in forms) for forms in self.units[1:]]
        rest = [forms + self.joined.get(number, ()) for number, forms in enumerate(spaced, start=1)]
        return map("".join, product(self.units[0], *rest))


def words_of(text: str, language: str, folding: Folding) -> Words:
    """The words of a piece of a template; spaces may be missing where `folding` lets them."""
    # Most texts have no joint, and are not looked at closely.
    if not (folding.joins and _MAY_JOIN(text)):
        normal = normalize_part(text, language)
        return Words(normal, spellings(normal, language))
    # A hyphen at each joint makes the text's own "SWR3" and "SWR 3" one: "SWR-3", in normal form "swr 3".
    parts = _parts(text)
    normal = normalize_part("-".join(parts), language)
    # The words, counted, behind which a space may be missing.
    joints = {len(normalize("-".join(parts[:end]), language).text.split()) for end in range(1, len(parts))}
    units, joined, n_words = spellings(normal, language), {}, 0
    for number, forms in enumerate(units):
        # A joint inside a unit, as in "twenty-one", is that unit's own affair.
        if n_words in joints or (not n_words and _LEADING(text)):
            joined[number] = _joined(forms)
        n_words += len(forms[0].split())
    return Words(normal, units, joined)


def _parts(text: str) -> list[str]:
    """A text cut where a space may be missing: "Wi-Fi SWR3" → ["Wi", "Fi SWR", "3"]."""
    return [piece for part in _HYPHEN.split(text) for piece in _BEFORE_DIGIT.split(part)]


def _joined(forms: tuple[str, ...]) -> tuple[str, ...]:
    # Of a number only its digits: "swr3", not "swrthree".
    return tuple(form for form in forms if form[0].isdigit()) or forms
