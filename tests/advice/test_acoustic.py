"""`voiced check --acoustic`: all kinds of warnings, bounded, as text, as JSON, and as mistakes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from voiced import grammar
from voiced.advice.acoustic import MOST_TOLD, warnings
from voiced.cli import main

if TYPE_CHECKING:
    from pathlib import Path

HOUSE = """
intents:
  One: {sentences: ["open {room}"]}
  Two: {sentences: ["open the mqtt {area}"]}
lists:
  room: [the mqtt box, attic]
  area: [crate]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.yaml").write_text(HOUSE)
    return tmp_path


def test_warnings_are_told_and_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--intents", str(folder)]) == 0
    assert "mqtt" not in capsys.readouterr().out
    assert main(["check", "--acoustic", "--intents", str(folder)]) == 0
    told = capsys.readouterr().out
    assert f"warning: {folder}/a.yaml:6: Whisper hardly ever writes 'mqtt'" in told
    assert main(["check", "--acoustic", "--json", "--intents", str(folder)]) == 0
    *warned, summary = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["file"], each["line"]) for each in warned] == [(f"{folder}/a.yaml", 6)]
    assert summary["n_intents"] == 2
    assert main(["check", "--acoustic", "--strict", "--intents", str(folder)]) == 78
    assert "hardly ever writes 'mqtt'" in capsys.readouterr().err


def test_nothing_is_said_of_what_ships(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--acoustic", "--strict"]) == 0
    assert "warning" not in capsys.readouterr().out


def test_of_each_kind_a_few_are_told() -> None:
    words = ", ".join(f"mq{a}4{b}" for a in "bcdfg" for b in "kmpqx")
    commands = grammar.parse(f"intents: {{A: {{sentences: ['go {{x}}']}}}}\nlists: {{x: [{words}]}}")
    rare = [each for each in warnings(commands, "tiny.en") if "ever writes" in each or "ever write" in each]
    assert len(rare) == MOST_TOLD + 1
    assert rare[-1] == "5 more words that Whisper hardly ever writes; mend these first"
