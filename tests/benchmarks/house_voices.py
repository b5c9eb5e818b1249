"""The four voices of `house_sentences` in each language; what they say is kept in a folder.

English is spoken by Kokoro (`pip install 'voiced[wake-training]'`). It has learnt no German: that is spoken by Pico
(`pip install py-nanotts==0.1.1`), twice, by espeak-ng, and by one of Kokoro's Italian voices, with a strong accent. Of
eight German sentences base writes 95, 95, 89 and 88 % of the letters right without any grammar.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from voiced.audio import sound_file
from voiced.flow import SAMPLE_RATE
from voiced.wake.training import espeak
from voiced.wake.training.kokoro import Kokoro, symbols_of, voices

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import TypeAlias

    from voiced.flow import Samples

    Voice: TypeAlias = Callable[[str], Samples]


# English words that Pico reads as if they were German, as Germans say them.
PRONOUNCED = {
    "timer": "Taimer",
    "tv": "Te Vau",
    "soundbar": "Saundbar",
    "podcast": "Pottkast",
    "playlist": "Pleylist",
}


def spoken(folder: Path, language: str, voice: str, text: str) -> Samples:
    """A text as a voice of a language says it, 16 kHz."""
    name = hashlib.sha256(f"{voice}/{text}".encode()).hexdigest()[:20]
    file = folder / language / voice / f"{name}.flac"
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(file, VOICES[language][voice](text), SAMPLE_RATE)
    return sound_file.read(file)


def _kokoro(name: str, pronunciation: str, text: str) -> Samples:
    return _network().speak(symbols_of(text, pronunciation), voices().styles[name])


@cache
def _network() -> Kokoro:
    return Kokoro()


def _pico(pitch: float, text: str) -> Samples:
    from py_nanotts import NanoTTS  # only where it speaks

    said = re.sub("|".join(PRONOUNCED), lambda word: PRONOUNCED[word[0].lower()], text, flags=re.IGNORECASE)
    pcm = np.frombuffer(NanoTTS().speak(said, voice="de-DE", pitch=pitch), np.int16)
    return np.asarray(pcm / np.float32(32_768), np.float32)


def _espeak(name: str, text: str) -> Samples:
    return espeak.speak(text, espeak.Voice(name))


VOICES: Mapping[str, Mapping[str, Voice]] = {
    "en": {
        "af_heart": partial(_kokoro, "af_heart", "en-us"),
        "am_michael": partial(_kokoro, "am_michael", "en-us"),
        "bf_emma": partial(_kokoro, "bf_emma", "en-gb"),
        "bm_george": partial(_kokoro, "bm_george", "en-gb"),
    },
    "de": {
        "pico": partial(_pico, 1.0),
        "pico_low": partial(_pico, 0.8),
        "espeak_m3": partial(_espeak, "de+m3"),
        "im_nicola": partial(_kokoro, "im_nicola", "de"),
    },
}
