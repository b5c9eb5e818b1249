"""Speaks lists of words in many languages, for the bank of speech that is no wake word; see make_bank.py.

    apt-get install espeak-ng; pip install babel
    python tests/sounds/make_bank_speech.py spoken --espeak 40 --kokoro 20

The words are names of countries, languages, days and months (Unicode's CLDR, by Babel), in random order: a language's
sounds without its sentences. espeak-ng speaks all languages, Kokoro some, and English sentences of this project.
"""

from __future__ import annotations

import argparse
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile
import yaml
from babel import Locale

from voiced.flow import SAMPLE_RATE
from voiced.wake.training import espeak, kokoro

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiced.flow import Samples

LANGUAGES = (  # noqa: SIM905 # easier to read
    "af ar bg bs ca cs cy da de el en eo es et eu fa fi fr ga hi hr hu hy id is it ka ko ku lt lv mk ms nb nl pl pt ro "
    "ru sk sl sq sr sv sw ta tr uk ur vi"
).split()
OF_KOKORO = {"e": "es", "f": "fr", "h": "hi", "i": "it", "p": "pt"}  # first letter of a voice → its language
WORDS = 8  # in a recording
SENTENCES = Path(__file__).parents[1] / "benchmarks" / "near_misses.yaml"


def main() -> None:
    parser = argparse.ArgumentParser(description="Speak lists of words in many languages.")
    parser.add_argument("folder", type=Path, help="where to")
    parser.add_argument("--espeak", type=float, default=40, metavar="MINUTES", help="of espeak-ng (40)")
    parser.add_argument("--kokoro", type=float, default=20, metavar="MINUTES", help="of Kokoro (20)")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    fill(asked.folder / "espeak", asked.espeak, by_espeak)
    network = kokoro.Kokoro()
    fill(asked.folder / "kokoro", asked.kokoro, lambda number, random: by_kokoro(network, number, random))


def fill(prefix: Path, minutes: float, speak: Callable[[int, np.random.Generator], Samples]) -> None:
    random, seconds = np.random.default_rng(0), 0.0
    for number in count():
        if seconds >= 60 * minutes:
            break
        sound = speak(number, random)
        sound *= 10 ** (random.uniform(-18, -3) / 20) / np.abs(sound).max()
        soundfile.write(prefix.with_name(f"{prefix.name}{number:04}.flac"), sound, SAMPLE_RATE)
        seconds += len(sound) / SAMPLE_RATE


def by_espeak(number: int, random: np.random.Generator) -> Samples:
    language = LANGUAGES[number % len(LANGUAGES)]
    name = random.choice(espeak.accents(language)) + random.choice(espeak.VARIANTS)
    voice = espeak.Voice(str(name), int(random.integers(20, 80)), int(random.integers(120, 200)))
    return espeak.speak(words(language, random), voice)


def by_kokoro(network: kokoro.Kokoro, number: int, random: np.random.Generator) -> Samples:
    names = list(kokoro.voices().styles)
    name = names[number % len(names)]
    language = OF_KOKORO.get(name[0], "en")
    if language == "en":
        text = random.choice(english()) if random.random() < 0.5 else words("en", random)
        accent = "en-gb" if name[0] == "b" else "en-us"
    else:
        text, accent = words(language, random), espeak.accents(language)[-1]
    style = kokoro.voices().styles[name]
    other = kokoro.voices().styles[str(random.choice(names))]
    share = random.uniform(0, 0.5)
    mixed = (1 - share) * style + share * other
    return network.speak(kokoro.symbols_of(text, accent), mixed, float(random.uniform(0.8, 1.25)))


def words(language: str, random: np.random.Generator) -> str:
    locale = Locale.parse(language)
    names = [*locale.territories.values(), *locale.languages.values()]
    names += [*locale.days["format"]["wide"].values(), *locale.months["format"]["wide"].values()]
    return ", ".join(random.choice(names, WORDS, replace=False))


def english() -> list[str]:
    groups = yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))
    return [text for kinds in groups.values() for sentences in kinds.values() for text in sentences]


if __name__ == "__main__":
    main()
