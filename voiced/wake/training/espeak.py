"""Calls the program espeak-ng: text → phonemes, and text → speech in many plain voices. Knows no wake words.

One process for each text. The program's licence (GPL) does not extend to its output.
"""

from __future__ import annotations

import re
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
PAGE = "see `voiced manual wake-words`"
RATE = 22_050  # Hz, of its speech
HEADER = 44  # bytes of a WAV file before its samples

# Language → voices of its accents; other languages have one voice, of their own name.
ACCENTS = {
    "en": ("en-us", "en-gb", "en-gb-scotland", "en-029", "en-gb-x-rp", "en-gb-x-gbclan", "en-us-nyc"),
    "es": ("es", "es-419"),
    "fr": ("fr-fr", "fr-be", "fr-ch"),
    "pt": ("pt", "pt-br"),
}
VARIANTS = ("", "+f1", "+f2", "+f3", "+f4", "+f5", "+m1", "+m2", "+m3", "+m4", "+m5", "+m6", "+m7")
# Around words that are said as in another language: "(en)" and "(de)" around the "timer" of "den Timer".
_SWITCHES = re.compile(r"\([a-z][a-z0-9-]*\)")


@dataclass(frozen=True, slots=True)
class Voice:
    """Options of espeak-ng for one way to speak."""

    name: str = "en-us"
    pitch: int = 50  # 0 to 99
    speed: int = 160  # words per minute


def accents(language: str) -> Sequence[str]:
    """Return the voices of a language ("en"), or of one accent ("en-gb")."""
    return ACCENTS.get(language, (language,))


def phonemes(text: str, voice: str) -> str:
    """Return a text in the International Phonetic Alphabet with stress marks, on one line; VoicedError on failure."""
    said = _run("-q", "--ipa", "-v", voice, "--", text).decode()
    return " ".join(_SWITCHES.sub("", said).split())


def phonemes_of_lines(lines: Sequence[str], voice: str) -> list[str]:
    """Return the same of many texts without line ends, by one process; [] where espeak-ng has no such voice."""
    program = shutil.which(PROGRAM)
    if program is None:
        return []
    said = "".join(f"{line}\n" for line in lines).encode()
    given = [program, "-q", "--ipa", "-v", voice]
    done = subprocess.run(given, input=said, capture_output=True, check=False, timeout=60)
    # Each line is a line of phonemes; one more ends the last.
    told = done.stdout.decode(errors="replace").split("\n")[:-1]
    return [] if done.returncode or done.stderr else [" ".join(line.split()) for line in told]


def speak(text: str, voice: Voice) -> Samples:
    """Return a text as speech (samples,) at 16 kHz; VoicedError if espeak-ng is missing or fails."""
    wav = _run("--stdout", "-v", voice.name, "-p", str(voice.pitch), "-s", str(voice.speed), "--", text)
    pcm = np.frombuffer(wav[HEADER : len(wav) - len(wav[HEADER:]) % 2], np.int16)
    spoken = np.asarray(pcm / np.float32(32_768), np.float32)
    resampler = Resampler(RATE)
    return np.concatenate((resampler.resample(spoken), resampler.flush()))


def _run(*arguments: str) -> bytes:
    program = shutil.which(PROGRAM)
    if program is None:
        raise VoicedError(f"{PROGRAM} is needed to speak, and is not installed: apt-get install {PROGRAM}; {PAGE}")
    done = subprocess.run([program, *arguments], capture_output=True, check=False, timeout=60)
    if done.returncode or done.stderr:
        said = done.stderr.decode(errors="replace").strip() or f"it ended with {done.returncode}"
        raise VoicedError(f"{PROGRAM} cannot say this: {said.splitlines()[0]}")
    return done.stdout
