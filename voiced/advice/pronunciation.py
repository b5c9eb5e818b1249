"""Words as sounds: by espeak-ng where it is installed, else by their letters; and how far two are from each other."""

from __future__ import annotations

import re
import shutil
import unicodedata
from typing import TYPE_CHECKING

from voiced.grammar.normalize import normalize
from voiced.wake.training.espeak import PROGRAM, accents, phonemes_of_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

VOWELS = frozenset("aeiouæɑɒɔəɛɜɪʊʌɐᵻyøœɨʉɯɤ")  # noqa: RUF001 # phonemes
# Consonants that a small model and a noisy room confuse.
_PAIRS = ("pb", "td", "kɡ", "fv", "sz", "θð", "ʃʒ", "mn", "nŋ", "θf", "ɾd", "ɾt", "ɹr", "çʃ")  # noqa: RUF001
CLOSE = frozenset(map(frozenset, _PAIRS))
HALF = 0.5  # what one of these, or another vowel, counts
# Many swallow the t of "kitten", and make its n a syllable.
_PLAIN = (("\u0294", "t"), ("n\u0329", "ən"), ("l\u0329", "əl"), ("m\u0329", "əm"))
_MARKS = re.compile(r"\([a-z-]+\)|[ˈˌːˑ\s\u0300-\u036f.ʲ-]")  # stress, length, spaces, switches of language


def is_installed() -> bool:
    """Whether sounds are known; without the program letters stand for them."""
    return shutil.which(PROGRAM) is not None


def sounds_of(texts: Sequence[str], language: str) -> dict[str, str]:
    """Text → its sounds, one letter each: IPA, or the letters of its normal form where espeak-ng cannot say them."""
    # Composed, as espeak-ng knows letters.
    normal = {text: unicodedata.normalize("NFC", normalize(text, language).text) for text in texts}
    letters = {text: form.replace(" ", "") for text, form in normal.items()}
    if not is_installed():
        return letters
    spoken = phonemes_of_lines(list(normal.values()), accents(language)[0])
    # A language that espeak-ng does not speak, or lines that do not pair.
    if len(spoken) != len(normal):
        return letters
    return {text: _plain(line) or letters[text] for text, line in zip(normal, spoken, strict=True)}


def _plain(line: str) -> str:
    for sound, plain in _PLAIN:
        line = line.replace(sound, plain)
    return _MARKS.sub("", line)


def unlike_parts(one: str, other: str) -> tuple[list[str], list[str]]:
    """The words of two texts without those that they have in common at their ends."""
    mine, theirs = one.split(), other.split()
    for end in (0, -1):
        while mine and theirs and mine[end] == theirs[end]:
            del mine[end], theirs[end]
    return mine, theirs


def difference(one: str, other: str, most: float) -> float:
    """How many sounds differ, as a share of the longer one; 1 as soon as it is known to be more than `most`."""
    longest = max(len(one), len(other), 1)
    if abs(len(one) - len(other)) > most * longest:
        return 1.0
    row = [float(at) for at in range(len(other) + 1)]
    for number, sound in enumerate(one, start=1):
        before, row[0] = row[0], float(number)
        for column, wanted in enumerate(other, start=1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + _cost(sound, wanted))
        if min(row) > most * longest:
            return 1.0
    return row[-1] / longest


def _cost(one: str, other: str) -> float:
    if one == other:
        return 0.0
    return HALF if (one in VOWELS and other in VOWELS) or frozenset((one, other)) in CLOSE else 1.0
