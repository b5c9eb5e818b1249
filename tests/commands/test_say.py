"""`voiced say`: a typed sentence, its match, its actions, and its exit code."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from voiced.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_say_shows_match_and_actions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["say", "turn on the kitchen lights"]) == 0
    assert capsys.readouterr().out == (
        "turn on the kitchen lights → LightSet state=on room=kitchen\n  home/kitchen/light/set on\n"
    )


def test_say_json_keeps_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["say", "--json", "dim", "the", "bedroom", "lights", "to", "20%"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "accepted": True,
        "reason": None,
        "text": "dim the bedroom lights to 20%",
        "intent": "LightLevel",
        "slots": {"room": "bedroom", "level": 20},
        "then": [],
        "confidence": 1.0,
        "language": "en",
        "nearest": None,
        "difference": None,
        "actions": [
            {
                "topic": "home/bedroom/light/set",
                "payload": '{"brightness_percent": 20}',
                "qos": 1,
                "retain": False,
            }
        ],
    }


def test_say_knows_site_and_room(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tea.yaml").write_text(
        "intents: {Tea: {sentences: [tea], action: {topic: '{site}/{room}', payload: '{id}{wake_word}'}}}"
    )
    (tmp_path / "config.yaml").write_text(f"site: pi\nroom: hall\nintents: {tmp_path}/tea.yaml\n")
    assert main(["say", "--config", str(tmp_path / "config.yaml"), "tea"]) == 0
    assert capsys.readouterr().out == "tea → Tea\n  pi/hall say\n"


def test_say_something_else_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["say", "make me a sandwich"]) == 1
    assert capsys.readouterr().out == (
        "make me a sandwich → rejected: out_of_grammar\n  no sentence of the intents is near\n"
    )


def test_say_tells_the_nearest_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["say", "turn on the kichen lights"]) == 1
    assert capsys.readouterr().out == (
        "turn on the kichen lights → rejected: out_of_grammar\n"
        "  did you mean 'turn on the kitchen lights'? 'kichen' is not in list room, but 'kitchen' is\n"
    )
    assert main(["say", "--json", "turn on the kichen lights"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["accepted"], told["nearest"]) == (False, "turn on the kitchen lights")
    assert told["difference"] == "'kichen' is not in list room, but 'kitchen' is"


def test_a_date_is_a_day_in_slots_and_actions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    intents = tmp_path / "remind.yaml"
    intents.write_text("""
intents: {Remind: {sentences: ["remind me {day}"], action: {topic: remind, payload: "{day}"}}}
lists: {day: {type: date}}
""")
    assert main(["say", "--intents", str(intents), "--json", "remind me on the third of May 2028"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["slots"] == {"day": "2028-05-03"}
    assert main(["say", "--intents", str(intents), "--json", "remind me tomorrow"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", told["slots"]["day"])
    assert told["actions"][0]["payload"] == told["slots"]["day"]
