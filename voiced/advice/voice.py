"""A synthetic voice that says sentences: espeak-ng, or a program that the user names. Knows no grammar."""

from __future__ import annotations

import shlex
import subprocess
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from voiced.audio import sound_file
from voiced.errors import VoicedError
from voiced.flow import SAMPLE_RATE
from voiced.wake.training import espeak

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiced.flow import Samples

    Voice: TypeAlias = Callable[[str], Samples]

LONGEST_SECONDS = 60  # a program may take to say a sentence
AROUND_SECONDS = 0.5  # of quiet, before and after
QUIET = 4e-4  # of full scale: no room is silent
FILE = "{file}"  # in the user's command: where the recording goes; without it, to standard output


def voice(command: str | None, language: str) -> Voice:
    """The voice of a command, or without one espeak-ng's in a language; VoicedError if there is none."""
    if command is None:
        return partial(espeak.speak, voice=espeak.Voice(espeak.accents(language)[0]))
    try:
        words = shlex.split(command)
    except ValueError as error:  # a quotation mark that is not closed
        raise VoicedError(f"--voice: {command!r} is no command line: {error}") from error
    if not words:
        raise VoicedError("--voice: names no program")
    return partial(_said_by, words)


def in_a_room(speech: Samples) -> Samples:
    """Speech with a little quiet around it, and the noise of a quiet room."""
    around = np.zeros(round(AROUND_SECONDS * SAMPLE_RATE), np.float32)
    sound = np.concatenate((around, speech, around))
    # The same noise every time, so that two runs hear the same.
    noise = np.random.default_rng(0).standard_normal(len(sound))
    return np.clip(sound + QUIET * noise, -1.0, 1.0).astype(np.float32)


def _said_by(command: list[str], text: str) -> Samples:
    with TemporaryDirectory() as folder:
        file = Path(folder, "said.wav")
        words = [word.replace(FILE, str(file)) for word in command]
        written = _run(words, text)
        if words == command:
            file.write_bytes(written)
        if not file.is_file() or not file.stat().st_size:
            raise VoicedError(f"--voice: {command[0]} wrote no recording, neither to standard output nor to {FILE}")
        # Who writes to a pipe does not know how much will come: the lengths in the head of the file may be wrong.
        return sound_file.read_what_is_there(file)


def _run(words: list[str], text: str) -> bytes:
    try:
        given = f"{text}\n".encode()
        done = subprocess.run(words, input=given, capture_output=True, check=False, timeout=LONGEST_SECONDS)
    except OSError as error:
        raise VoicedError(f"--voice: cannot run {words[0]}: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise VoicedError(f"--voice: {words[0]} took more than {LONGEST_SECONDS} s to say {text!r}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["without a word"]
        raise VoicedError(f"--voice: {words[0]} ended with {done.returncode}: {said[-1]}")
    return done.stdout
