"""`voiced recognize`: what is printed of recordings, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.audio import made
from voiced.audio import media, sound_file
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
    assert main(["recognize", "--model", "small", str(SOUNDS / "command_lights.ogg")]) == 78
    assert "voiced models download small" in capsys.readouterr().err


def test_a_rejected_recording_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    command, other = str(SOUNDS / "command_lights.ogg"), str(SOUNDS / "no_command.ogg")
    assert main(["recognize", "--json", command, other]) == 1
    assert [json.loads(line)["accepted"] for line in capsys.readouterr().out.splitlines()] == [True, False]
    assert main(["recognize", command]) == 0


def test_half_a_command_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = (SOUNDS / "command_lights.ogg").read_bytes()
    (tmp_path / "cut.ogg").write_bytes(whole[: len(whole) * 3 // 4])
    assert main(["recognize", str(tmp_path / "cut.ogg")]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"voiced: {tmp_path / 'cut.ogg'}: is cut short; record or copy it again\n"


def test_inverted_channels_are_understood_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    command = sound_file.read(SOUNDS / "command_lights.ogg")
    (tmp_path / "inverted.wav").write_bytes(made.encoded("WAV", np.stack([command, -command], axis=1)))
    assert main(["recognize", str(tmp_path / "inverted.wav")]) == 0
    assert "LightSet state=off room=office" in capsys.readouterr().out
    assert "its channels cancel each other" in caplog.text


def test_what_needs_pyav_is_told_before_a_model_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "is_installed", lambda: False)
    (tmp_path / "command.m4a").write_bytes(b"\0\0\0\x1cftypM4A ")
    for command in ("recognize", "transcribe"):
        assert main([command, "--model", "small", str(tmp_path / "command.m4a")]) == 1  # a missing model is 78
        told = capsys.readouterr().err
        assert told.count("\n") == 1
        assert "ffmpeg -i " in told
