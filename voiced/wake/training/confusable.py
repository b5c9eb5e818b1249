"""Makes confusable phrases: pronunciations that resemble a phrase, to train against. Pure; knows no language.

They keep a minimum distance: a network that learns to reject "commuter" misses half of the "computer"s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.wake import tuning

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

VOWELS = "aeiouæɑɒɔəɛɜɪʊʌᵻAIOQWY"
CONSONANTS = "bdfhjklmnpstvwzðŋɡɹʃʒʤʧθ"
OTHER_VOWELS, OTHER_CONSONANTS = "yøœɐɨʉɯɤ", "rʁʀxçɣβʂʐɕʑɲʎʣʦ"  # of other languages: are replaced, never inserted
SOUNDS = frozenset(VOWELS + CONSONANTS + OTHER_VOWELS + OTHER_CONSONANTS)


def confusable_phrases(symbols: str, others: Sequence[str], count: int, random: np.random.Generator) -> list[str]:
    """Return `count` different pronunciations, fewer for a phrase of few sounds; `others`: words to combine it with."""
    found = list[str]()
    for _ in range(tuning.TRIES_A_PHRASE * count):
        candidate = _changed(symbols, others, random)
        if candidate not in found and distance(candidate, symbols) >= tuning.LEAST_DIFFERENCE:
            found.append(candidate)
        if len(found) == count:
            break
    return found


def distance(one: str, other: str) -> float:
    """Return the edit distance of two pronunciations, divided by the sounds of `other`; stress does not count."""
    a, b = _sounds(one), _sounds(other)
    row = list(range(len(b) + 1))
    for number, sound in enumerate(a, start=1):
        before, row[0] = row[0], number
        for column, wanted in enumerate(b, start=1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + (sound != wanted))
    return row[-1] / max(1, len(b))


def _changed(symbols: str, others: Sequence[str], random: np.random.Generator) -> str:
    words, draw = symbols.split(), random.random()
    if draw < tuning.PART_SHARE:
        length = max(2, round(len(symbols) * float(random.uniform(*tuning.PART_LENGTH))))
        return str(random.choice([symbols[:length], symbols[-length:]])).strip()
    if draw < tuning.PART_SHARE + tuning.ONE_WORD_KEPT_SHARE and len(words) > 1:
        kept = int(random.integers(len(words)))
        return " ".join(word if at == kept else str(random.choice(list(others))) for at, word in enumerate(words))
    return _replaced(symbols, random)


def _replaced(symbols: str, random: np.random.Generator) -> str:
    """Replace random vowels by vowels and consonants by consonants, so that the result can be spoken."""
    letters = list(symbols)
    places = [at for at, letter in enumerate(letters) if letter in SOUNDS]
    count = max(1, round(len(places) * float(random.uniform(*tuning.CHANGED_SHARE))))
    for at in random.permutation(places)[:count]:
        kind = VOWELS if letters[at] in VOWELS + OTHER_VOWELS else CONSONANTS
        letters[at] = kind[int(random.integers(len(kind)))]
    return "".join(letters)


def _sounds(symbols: str) -> list[str]:
    return [symbol for symbol in symbols if symbol in SOUNDS]
