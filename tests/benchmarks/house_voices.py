"""The four voices of `house_sentences` in each language; what they say is kept in a folder.

English is spoken by Kokoro (`pip install 'voiced[wake-training]'`). It has learnt no German: in German there are Pico
(`pip install py-nanotts==0.1.1`), espeak-ng, and Kokoro's voices of other languages, and blends of these, with the
sounds of German that are nearest to theirs. Of nine that were tried those four are taken that Whisper understands
best without any grammar, in sentences that are no commands: by the share of the letters that base writes right, mean of
clean and with noise at 20 dB (`clear_voices`):

| Pico | Sara, Siwis | Nicola, Siwis | Nicola | Sara | Nicola, George | Alex (pt) | Siwis | espeak-ng m1 |
|--:|--:|--:|--:|--:|--:|--:|--:|--:|
| 96.2 % | 96.0 % | 95.0 % | 94.5 % | 94.4 % | 93.5 % | 92.9 % | 88.8 % | 88.1 % |
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


GERMAN_SPEED = 0.9  # of voices that have learnt other languages


def spoken(folder: Path, language: str, voice: str, text: str) -> Samples:
    """A text as a voice of a language says it, 16 kHz."""
    name = hashlib.sha256(f"{voice}/{text}".encode()).hexdigest()[:20]
    file = folder / language / voice / f"{name}.flac"
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(file, _voice(language, voice)(text), SAMPLE_RATE)
    return sound_file.read(file)


def _voice(language: str, name: str) -> Voice:
    return VOICES[language].get(name) or CANDIDATES[language][name]


def _kokoro(name: str, pronunciation: str, text: str) -> Samples:
    return _network().speak(symbols_of(text, pronunciation), voices().styles[name])


def _german(shares: Mapping[str, float], text: str) -> Samples:
    parts = [share * voices().styles[name] for name, share in shares.items()]
    return _network().speak(symbols_of(text, "de"), np.asarray(np.sum(parts, axis=0), np.float32), GERMAN_SPEED)


@cache
def _network() -> Kokoro:
    return Kokoro()


def _pico(text: str) -> Samples:
    from py_nanotts import NanoTTS  # only where it speaks

    said = re.sub("|".join(PRONOUNCED), lambda word: PRONOUNCED[word[0].lower()], text, flags=re.IGNORECASE)
    pcm = np.frombuffer(NanoTTS().speak(said, voice="de-DE"), np.int16)
    return np.asarray(pcm / np.float32(32_768), np.float32)


def _espeak(name: str, words_a_minute: int, text: str) -> Samples:
    return espeak.speak(text, espeak.Voice(name, speed=words_a_minute))


VOICES: Mapping[str, Mapping[str, Voice]] = {
    "en": {
        "af_heart": partial(_kokoro, "af_heart", "en-us"),
        "am_michael": partial(_kokoro, "am_michael", "en-us"),
        "bf_emma": partial(_kokoro, "bf_emma", "en-gb"),
        "bm_george": partial(_kokoro, "bm_george", "en-gb"),
    },
    "de": {
        "pico": _pico,
        "sara_siwis": partial(_german, {"if_sara": 0.5, "ff_siwis": 0.5}),
        "nicola_siwis": partial(_german, {"im_nicola": 0.6, "ff_siwis": 0.4}),
        "im_nicola": partial(_german, {"im_nicola": 1.0}),
    },
}

# Others that were tried.
CANDIDATES: Mapping[str, Mapping[str, Voice]] = {
    "de": {
        "if_sara": partial(_german, {"if_sara": 1.0}),
        "nicola_george": partial(_german, {"im_nicola": 0.6, "bm_george": 0.4}),
        "pm_alex": partial(_german, {"pm_alex": 1.0}),
        "ff_siwis": partial(_german, {"ff_siwis": 1.0}),
        "espeak_m1": partial(_espeak, "de+m1", 125),
    }
}
