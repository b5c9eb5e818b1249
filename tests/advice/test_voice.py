"""A voice: espeak-ng, programs that write to a pipe or to a file, and programs that fail."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from tests.system_parts import require_program
from voiced.advice.voice import in_a_room, voice
from voiced.errors import VoicedError

SOUND = Path(__file__).parents[1] / "sounds" / "command_lights.ogg"
PLAY = f"{sys.executable} -c \"import sys; assert sys.stdin.read() == 'hi\\n'; %s\""
TO_PIPE = PLAY % f"sys.stdout.buffer.write(open('{SOUND}', 'rb').read())"
TO_FILE = PLAY % f"open(sys.argv[1], 'wb').write(open('{SOUND}', 'rb').read())" + " {file}"


@pytest.mark.parametrize("command", [TO_PIPE, TO_FILE])
def test_a_program_speaks(command: str) -> None:
    assert len(voice(command, "en")("hi")) > 16_000


def test_espeak_speaks() -> None:
    require_program("espeak-ng", "apt-get install espeak-ng")
    assert len(voice(None, "en")("turn on the light")) > 8_000
    assert len(voice("espeak-ng --stdin --stdout", "en")("turn on the light")) > 8_000


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("", "names no program"),
        ("say 'hi", "is no command line"),
        ("/no/such/program", "cannot run /no/such/program: No such file"),
        (f"{sys.executable} -c 'raise SystemExit(\"no voice here\")'", "ended with 1: no voice here"),
        (f"{sys.executable} -c pass", "wrote no recording"),
        (f"{sys.executable} -c 'print(1)'", "is not a recording"),
    ],
)
def test_a_program_that_does_not_speak_is_one_sentence(command: str, problem: str) -> None:
    with pytest.raises(VoicedError, match=problem):
        voice(command, "en")("hi")


def test_a_room_is_quiet_and_not_silent() -> None:
    sound = in_a_room(np.full(16_000, 0.5, np.float32))
    assert len(sound) == 32_000
    assert 0 < np.abs(sound[:8_000]).max() < 0.01
    assert np.abs(sound).max() <= 1.0
    assert (sound == in_a_room(np.full(16_000, 0.5, np.float32))).all()
