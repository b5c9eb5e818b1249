"""`voiced bench`: a small folder measured from end to end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
import yaml

from voiced import grammar
from voiced.cli import main
from voiced.evaluation.dataset import NO_COMMAND, Label
from voiced.evaluation.trials import own_tasks
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from voiced.flow import Samples

SOUNDS = Path(__file__).parents[1] / "sounds"
INTENTS = Path(__file__).parents[2] / "intents"
LIGHTS = Label(intent="LightSet", slots={"state": "off", "room": "office"})
TIMER = Label(intent="TimerStart", slots={"seconds": 300})


def noise(seconds: float, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).normal(scale=0.1, size=round(seconds * SAMPLE_RATE)).astype(np.float32)


def test_near_misses_are_none_of_the_commands() -> None:
    """Those of the benchmark, near the intents that ship: none may be one, or its rejection proves nothing."""
    groups = yaml.safe_load((Path(__file__).parents[1] / "benchmarks/near_misses.yaml").read_text(encoding="utf-8"))
    sentences = {group: [text for kind in kinds.values() for text in kind] for group, kinds in groups.items()}
    assert sum(len(set(each)) for each in sentences.values()) >= 200
    commands = grammar.load([INTENTS])
    assert [text for text in sentences["shipped"] if commands.match(text)] == []


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Recordings in both places, labels, a noise and something foreign."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "audio").mkdir()
    shutil.copytree(INTENTS, tmp_path / "intents")
    shutil.copy(SOUNDS / "command_lights.ogg", tmp_path / "audio")
    for name in ("command_timer", "no_command"):
        shutil.copy(SOUNDS / f"{name}.ogg", tmp_path)
    labels = {"command_lights.ogg": LIGHTS, "command_timer.ogg": TIMER, "no_command.ogg": NO_COMMAND}
    (tmp_path / "labels.json").write_text(json.dumps({name: label.model_dump() for name, label in labels.items()}))
    soundfile.write(tmp_path / "noise.flac", noise(3), SAMPLE_RATE)
    (tmp_path / "other").mkdir()
    shutil.copy(SOUNDS / "wake_alexa.ogg", tmp_path / "other")
    return tmp_path


@pytest.mark.slow
def test_a_folder_is_measured(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["bench", str(folder), "--noise", "noise.flac", "--snr", "24", "--foreign", "other", "--jobs", "1"]
    assert main([*arguments, "--json", "--plot", "plot.png"]) == 0
    printed = capsys.readouterr()
    assert "wrote plot.png" in printed.err
    told = json.loads(printed.out)
    clean, noisy = told["conditions"]
    assert (clean["condition"], clean["commands"], clean["right"], clean["wrong"]) == ("clean", 2, 2, 0)
    assert (clean["others"], clean["others_accepted"]) == (1, 0)
    assert (noisy["condition"], noisy["commands"]) == ("24 dB", 2)
    assert told["noisy_mean"]["right"] == noisy["right"] / 2
    assert [(one["condition"], one["others"], one["others_accepted"]) for one in told["foreign"]] == [("other", 1, 0)]
    assert [(one["file"], one["condition"]) for one in told["trials"]][2:4] == [
        ("no_command.ogg", "clean"),
        ("command_lights.ogg", "24 dB"),
    ]
    assert told["trials"][0]["verdict"] == "right"
    assert 0.02 < told["trials"][0]["cpu"] < 20
    assert (folder / "plot.png").stat().st_size > 500


def test_what_is_missing_is_one_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "audio/command_lights.ogg").unlink()
    assert main(["bench", str(folder)]) == 1
    assert "labels.json: command_lights.ogg: there is no such recording" in capsys.readouterr().err
    assert main(["bench", str(folder / "other")]) == 1
    assert "labels.json: cannot be read: No such file" in capsys.readouterr().err


def test_a_few_recordings_from_all_over_the_folder(folder: Path) -> None:
    names = [task.recording.name for task in own_tasks(folder, [6.0], limit=2)]
    assert names == ["command_lights.ogg", "command_timer.ogg"] * 2
    assert len(own_tasks(folder, [], limit=99)) == 3
