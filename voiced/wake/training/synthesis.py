"""Synthesises clips to train with: the phrase in many voices, confusable phrases, and everyday sentences.

The voices are Kokoro's, blends of two of these, and espeak-ng's. Each clip depends on nothing but its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from voiced.wake import tuning
from voiced.wake.training import espeak, kokoro
from voiced.wake.training.confusable import confusable_phrases

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiced.flow import Samples
    from voiced.wake.training.kokoro import Kokoro

MARKS = (".", "!", ",", "?", "")  # after a phrase, in turn: they change its intonation
AMERICAN = "en-us"
# Everyday sentences: the words of confusable phrases, and speech around the phrase
SENTENCES = (
    "what time is it now",
    "please open the kitchen window",
    "there is more water on the table",
    "I'll be back at seven",
    "did you see the yellow house",
    "turn the music down a little",
    "how many people are coming",
    "that was really good",
    "we could go there on Monday morning",
    "put it under the garden chair again",
    "no, I don't think so",
    "maybe later",
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many clips of each kind."""

    kokoro: int = tuning.KOKORO_CLIPS
    espeak: int = tuning.ESPEAK_CLIPS
    near: int = tuning.CONFUSABLE_CLIPS
    around: int = len(SENTENCES)

    @property
    def total(self) -> int:
        """Sum of all kinds."""
        return self.kokoro + self.espeak + self.near + self.around


@dataclass(frozen=True, eq=False, slots=True)
class Clips:
    """Trimmed clips, (samples,) at 16 kHz each."""

    phrase: list[Samples]
    near: list[Samples]  # confusable phrases
    around: list[Samples]  # everyday sentences


def synthesise(phrase: str, language: str, network: Kokoro, counts: Counts, done: Callable[[], None]) -> Clips:
    """Return all clips, reproducibly; `done` is called after each. VoicedError if espeak-ng is missing."""
    speakers = _Speakers(phrase, language, network)

    def each(count: int, speak: Callable[[int], Samples]) -> list[Samples]:
        clips = []
        for number in range(count):
            clips.append(speak(number))
            done()
        return clips

    return Clips(
        each(counts.kokoro, speakers.by_kokoro) + each(counts.espeak, speakers.by_espeak),
        each(counts.near, speakers.near),
        each(counts.around, speakers.around),
    )


class _Speakers:
    """Speaks a phrase in one language, and its surroundings; a clip depends on nothing but its number."""

    def __init__(self, phrase: str, language: str, network: Kokoro) -> None:
        self._phrase, self._network = phrase, network
        self._names = sorted(kokoro.voices().styles)
        self._accents = espeak.accents(language)
        self._symbols = [kokoro.symbols_of(phrase, accent) for accent in self._accents[: tuning.KOKORO_ACCENTS]]
        words = [kokoro.symbols_of(word, AMERICAN) for word in sorted({*" ".join(SENTENCES).split()})]
        self._near = confusable_phrases(self._symbols[0], words, tuning.CONFUSABLE_PHRASES, np.random.default_rng(0))

    def by_kokoro(self, number: int) -> Samples:
        """Return the phrase in one of Kokoro's voices; numbers beyond these take blends of two."""
        return self._said(self._symbols[number % len(self._symbols)], number, np.random.default_rng([0, number]))

    def by_espeak(self, number: int) -> Samples:
        """Return the phrase in one of espeak-ng's voices."""
        random = np.random.default_rng([1, number])
        name = self._accents[number % len(self._accents)] + espeak.VARIANTS[number % len(espeak.VARIANTS)]
        voice = espeak.Voice(
            name, int(random.integers(*tuning.ESPEAK_PITCHES)), int(random.integers(*tuning.ESPEAK_WORDS_A_MINUTE))
        )
        return espeak.speak(self._phrase + MARKS[number % len(MARKS)], voice)

    def near(self, number: int) -> Samples:
        """Return a confusable phrase."""
        random = np.random.default_rng([2, number])
        return self._said(self._near[number % len(self._near)], int(random.integers(tuning.CONFUSABLE_PHRASES)), random)

    def around(self, number: int) -> Samples:
        """Return an everyday sentence."""
        symbols = kokoro.symbols_of(SENTENCES[number % len(SENTENCES)], AMERICAN)
        return self._said(symbols, 5 * number, np.random.default_rng([3, number]))

    def _said(self, symbols: str, number: int, random: np.random.Generator) -> Samples:
        styles = kokoro.voices().styles
        if number < len(self._names):
            style = styles[self._names[number]]
        else:
            one, other = (styles[str(name)] for name in random.choice(self._names, 2, replace=False))
            share = random.uniform(*tuning.BLEND_SHARES)
            style = np.asarray(share * one + (1 - share) * other, np.float32)
        return self._network.speak(
            symbols + MARKS[number % len(MARKS)], style, float(random.uniform(*tuning.KOKORO_SPEEDS))
        )
