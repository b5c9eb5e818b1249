"""`voiced listen`: real sound from a virtual microphone to a line that other programs can read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from voiced.cli import main

if TYPE_CHECKING:
    from tests.virtual_microphone import VirtualMicrophone

SOUNDS = Path(__file__).parents[1] / "sounds"
LONGEST = 180.0  # seconds for loading and listening, at the most; the tests share two cores with other work


def heard(microphone: VirtualMicrophone, sound: str, *options: str) -> tuple[int, str]:
    """Say something as soon as it listens; return its exit code, and what it printed."""
    command = [sys.executable, "-m", "voiced", "listen", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        lines = iter(process.stderr.readline, "")
        assert any(line == "listening …\n" for line in lines)
        microphone.play(SOUNDS / sound)
        out, _ = process.communicate(timeout=LONGEST)
    return process.returncode, out


@pytest.mark.slow
def test_a_command_is_printed(virtual_microphone: VirtualMicrophone) -> None:
    code, out = heard(virtual_microphone, "command_lights.ogg")
    said = out.translate({ord(mark): None for mark in ",."})  # which Whisper hears or not
    assert (code, said) == (0, "Turn off the office lights → LightSet state=off room=office\n")


@pytest.mark.slow
def test_a_command_as_json(virtual_microphone: VirtualMicrophone) -> None:
    code, out = heard(virtual_microphone, "command_lights.ogg", "--json")
    told = json.loads(out)
    assert (code, told["accepted"], told["intent"]) == (0, True, "LightSet")
    assert [action["topic"] for action in told["actions"]] == ["home/office/light/set"]


@pytest.mark.slow
def test_what_is_no_command_ends_with_1(virtual_microphone: VirtualMicrophone) -> None:
    code, out = heard(virtual_microphone, "no_command.ogg")
    assert code == 1
    assert "rejected" in out


@pytest.mark.slow
def test_a_dictation_is_any_words(virtual_microphone: VirtualMicrophone) -> None:
    code, out = heard(virtual_microphone, "no_command.ogg", "--dictate")
    assert code == 0
    assert len(out.split()) >= 3
    assert "→" not in out


def test_options_that_do_not_go_together(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["listen", "--language", "de"]) == 2
    assert "--language is for --dictate" in capsys.readouterr().err


def test_a_microphone_that_is_not_there_is_told_at_once(
    tmp_path: Path, virtual_microphone: VirtualMicrophone, capsys: pytest.CaptureFixture[str]
) -> None:
    assert virtual_microphone
    (tmp_path / "config.yaml").write_text("microphone: {device: nowhere}")
    assert main(["listen", "--config", str(tmp_path / "config.yaml")]) == 1
    assert "nowhere" in capsys.readouterr().err
