"""`voiced recognize`: what is printed of recordings, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voiced.cli import main

SOUNDS = Path(__file__).parents[1] / "sounds"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "voiced: a.wav: cannot be read: No such file or directory\n"),
        (b"", "voiced: a.wav: is empty\n"),
        (b"turn on the lights\n" * 100, "voiced: a.wav: is not a recording that can be read (WAV, FLAC, OGG or MP3)"),
    ],
)
def test_a_bad_recording_is_one_sentence(
    content: bytes | None, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "a.wav").write_bytes(content)
    assert main(["recognize", "a.wav"]) == 1
    assert capsys.readouterr().err.startswith(problem)


def test_a_missing_model_is_a_matter_of_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recognize", "--model", "small", "a.wav"]) == 78
    assert "voiced models download small" in capsys.readouterr().err


def test_a_rejected_recording_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    command, other = str(SOUNDS / "command_lights.ogg"), str(SOUNDS / "no_command.ogg")
    assert main(["recognize", "--json", command, other]) == 1
    assert [json.loads(line)["accepted"] for line in capsys.readouterr().out.splitlines()] == [True, False]
    assert main(["recognize", command]) == 0
