"""`voiced check --speed`: what was measured, in words and as JSON, and what to change where a machine is too slow."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from voiced.cli import main
from voiced.commands.check_speed import costs
from voiced.config import RecognizerSettings
from voiced.flow import Timings
from voiced.foundations.resources import shipped
from voiced.recognition.speed import Speed

if TYPE_CHECKING:
    from pathlib import Path

SPEED = Speed((Timings(0.1, 0.2), Timings(1.0, 0.6), Timings(0.0, 0.3)), window=40_000, threads=2, beams=3)


def advice(settings: RecognizerSettings, language: str = "en") -> str:
    return "\n".join(costs(SPEED, settings, language).advice)


def test_nothing_need_be_changed_where_all_passes_are_in_time() -> None:
    found = costs(SPEED, RecognizerSettings(patience=2.25), "en")
    assert (found.in_time, found.command, found.doubtful, found.advice) == (3, 0.3, 2.2, ())
    assert found.passes == (0.3, 1.6, 0.3)
    assert "\n".join(found.lines) == (
        "speed:    threads: 2, beams: 3; passes take 0.30, 1.60, 0.30 s here\n"
        "          passes in time for recognizer.patience: 2.25: 3 of 3\n"
        "          a short command or a clear rejection takes 0.30 s, a doubtful one 2.20 s"
    )


def test_what_is_given_up_on_a_slow_machine_is_told() -> None:
    assert "no time for the third pass" in advice(RecognizerSettings(patience=2.0))
    assert "no time for the second and third pass" in advice(RecognizerSettings(patience=1.0))
    assert "the first pass alone takes longer" in advice(RecognizerSettings(patience=0.2))


def test_advice_is_of_settings_that_would_change_something() -> None:
    assert advice(RecognizerSettings(patience=2.0)).splitlines()[1:] == [
        "recognizer.patience: 2.2 gives every pass its time, and makes you wait for it"
    ]
    told = advice(
        RecognizerSettings(model="base", second_model="base", compute="float32", threads=1, beam_size=5, patience=2.0)
    )
    for setting in ("model: tiny.en", "second_model: null", "compute: auto", "threads: null", "beam_size: null"):
        assert f"recognizer.{setting} " in told
    assert "recognizer.model: tiny is smaller" in advice(RecognizerSettings(model="base", patience=2.0), "de")
    assert "recognizer.model" not in advice(RecognizerSettings(model="my/own/model.pt", patience=2.0))


def test_who_wants_one_pass_only_lacks_none() -> None:
    assert costs(replace(SPEED, passes=SPEED.passes[:1]), RecognizerSettings(second_look=False), "en").advice == ()


@pytest.mark.slow
def test_this_machine_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    """With the real model, under the intents that ship."""
    assert main(["check", "--speed", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    speed = told["speed"]
    assert told["model"] == "tiny.en"
    assert (speed["patience"], len(speed["passes"])) == (2.0, 4)
    assert speed["threads"] >= 1
    assert speed["beams"] in range(1, 6)
    assert speed["in_time"] in range(1, 5)
    assert 0 < speed["command"] <= speed["doubtful"] <= sum(speed["passes"]) + 0.01
    assert isinstance(speed["advice"], list)


@pytest.mark.slow
@pytest.mark.parametrize("setting", ["mode: free", "second_look: false"])
def test_one_pass_is_measured_as_one(setting: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.yaml").write_text(f"recognizer: {{{setting}, threads: 1}}\nintents: {shipped('intents')}\n")
    assert main(["check", "--speed"]) == 0
    told = capsys.readouterr().out
    assert "speed:    threads: 1, beams: " in told
    assert "recognizer.patience: 2: 1 of 1" in told


def test_mistakes_are_told_before_anything_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.yaml").write_text("recognizer: {model: tiny.eng}\n")
    assert main(["check", "--speed", "--json"]) == 78
    assert "speed" not in capsys.readouterr().out
