"""`voiced bench` in a house whose sentences are Home Assistant's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.home_assistant.fake import TOKEN, FakeHomeAssistant
from voiced.cli import main

LIGHTS = Path(__file__).parents[1] / "sounds/command_lights.ogg"  # "turn off the office lights"


@pytest.mark.slow
def test_a_bench_without_intents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    (tmp_path / "bench").mkdir()
    shutil.copy(LIGHTS, tmp_path / "bench/001.ogg")
    label = {"001.ogg": {"intent": "HassTurnOff", "slots": {"area": "Office"}}}
    (tmp_path / "bench/labels.json").write_text(json.dumps(label))
    (tmp_path / "token").write_text(TOKEN)
    with FakeHomeAssistant() as home:
        home.expose(light__desk="Desk lamp")
        home.answers["config/area_registry/list"] = [{"area_id": "office", "name": "Office", "aliases": []}]
        settings = {"home_assistant": {"url": home.url, "token_file": "token", "sentences": True}}
        (tmp_path / "config.yaml").write_text(json.dumps(settings))
        assert main(["bench", "bench", "--json", "--jobs", "1"]) == 0
    (trial,) = json.loads(capsys.readouterr().out)["trials"]
    assert (trial["intent"], trial["slots"]["area"], trial["accepted"]) == ("HassTurnOff", "Office", True)
    (tmp_path / "config.yaml").write_text("{}")
    assert main(["bench", "bench"]) == 78
    assert "bench/intents" in capsys.readouterr().err
