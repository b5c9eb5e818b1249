"""espeak-ng, where it is installed: text → phonemes, and → speech in many plain voices. Knows no wake words.

It is started as a program, one call for each text. Its licence (GPL) does not concern what it says.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from voiced.audio.resampling import Resampler
from voiced.errors import VoicedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.flow import Samples

PROGRAM = "espeak-ng"
RATE = 22_050  # Hz, of what it says
HEADER = 44  # bytes of a WAV file before its samples

# Of a few languages: how else they are spoken.
ACCENTS = {
    "en": ("en-us", "en-gb", "en-gb-scotland", "en-029", "en-gb-x-rp", "en-gb-x-gbclan", "en-us-nyc"),
    "es": ("es", "es-419"),
    "fr": ("fr-fr", "fr-be", "fr-ch"),
    "pt": ("pt", "pt-br"),
}
VARIANTS = ("", "+f1", "+f2", "+f3", "+f4", "+f5", "+m1", "+m2", "+m3", "+m4", "+m5", "+m6", "+m7")


@dataclass(frozen=True, slots=True)
class Voice:
    """A way to speak."""

    name: str = "en-us"
    pitch: int = 50  # 0 to 99
    speed: int = 160  # words a minute


def accents(language: str) -> Sequence[str]:
    """Names of voices for a language ("en"), or for one of its accents."""
    return ACCENTS.get(language, (language,))


def phonemes(text: str, voice: str) -> str:
    """In the International Phonetic Alphabet, with stress marks; a row of words, without line breaks."""
    said = _run("-q", "--ipa", "-v", voice, "--", text).decode()
    return " ".join(said.split())


def speak(text: str, voice: Voice) -> Samples:
    """The text, spoken."""
    wav = _run("--stdout", "-v", voice.name, "-p", str(voice.pitch), "-s", str(voice.speed), "--", text)
    pcm = np.frombuffer(wav[HEADER : len(wav) - len(wav[HEADER:]) % 2], np.int16)
    spoken = np.asarray(pcm / np.float32(32_768), np.float32)
    resampler = Resampler(RATE)
    return np.concatenate((resampler.resample(spoken), resampler.flush()))


def _run(*arguments: str) -> bytes:
    program = shutil.which(PROGRAM)
    if program is None:
        raise VoicedError(f"{PROGRAM} is needed to speak, and is not installed: apt-get install {PROGRAM}")
    done = subprocess.run([program, *arguments], capture_output=True, check=False, timeout=60)
    if done.returncode or done.stderr:
        said = done.stderr.decode(errors="replace").strip() or f"it ended with {done.returncode}"
        raise VoicedError(f"{PROGRAM} cannot say this: {said.splitlines()[0]}")
    return done.stdout
