"""Settings change in the running daemon, are told and remembered; what cannot be is undone and said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.broker import Broker, Subscriber, wait_until
from tests.daemon import READY, SITE, Daemon
from voiced.adjustments import Adjustments, folders_beside
from voiced.config import Config
from voiced.records.adjusted import AdjustmentMemory
from voiced.records.state import Writer

if TYPE_CHECKING:
    from tests.virtual_microphone import VirtualMicrophone

DIALOGUE = Path(__file__).parent / "sounds" / "dialogue_en.ogg"  # something to hear meanwhile
SOON = 60.0  # seconds
OWN = f"voiced/{SITE}/"
FOLDER = "intents/hey_jarvis"


def write(folder: Path, sentence: str) -> None:
    folder.mkdir(exist_ok=True)
    name = sentence.split(maxsplit=1)[0].title()
    (folder / "drinks.yaml").write_text(f'intents: {{{name}: {{sentences: ["{sentence}"]}}}}')


def tell(ears: Subscriber, name: str, value: str) -> None:
    """Ask for a setting, and wait until it is so."""
    ears.say(f"{OWN}{name}/set", value)
    wait_for(ears, name, value)


def wait_for(ears: Subscriber, name: str, value: str) -> None:
    wait_until(lambda: ears.payloads(OWN + name)[-1:] == [value], SOON)
    assert ears.payloads(OWN + name)[-1:] == [value]


def components(ears: Subscriber) -> dict[str, dict[str, Any]]:
    """Of the newest document that Home Assistant was sent."""
    found: dict[str, dict[str, Any]]
    found = json.loads(ears.payloads(f"homeassistant/device/voiced_{SITE}/config")[-1])["components"]
    return found


@pytest.mark.slow
def test_settings_of_a_running_daemon(tmp_path: Path) -> None:
    for folder, sentence in (("intents", "tea please"), ("guests", "coffee please"), ("broken", "water [please")):
        write(tmp_path / folder, sentence)
    settings = {"intents": str(tmp_path / "intents")}
    with (
        Broker() as broker,
        Subscriber(broker.port) as ears,
        Daemon(broker.port, "--source", str(DIALOGUE), settings=settings) as daemon,
    ):
        daemon.wait_until_told(READY)
        for name, value in (("evidence", "0.6"), ("min_confidence", "0.5"), (FOLDER, "intents")):
            wait_for(ears, name, value)
        assert components(ears)["intents_hey_jarvis"]["options"] == ["broken", "guests", "intents"]
        tell(ears, "evidence", "0.75")
        tell(ears, "min_confidence", "0.4")
        tell(ears, FOLDER, "guests")
        assert components(ears)["command"]["event_types"] == ["Tea", "Coffee", "not_understood", "wake"]
        ears.say(f"{OWN}{FOLDER}/set", "../guests")
        daemon.wait_for_log("no folder '../guests' of intents to choose for hey_jarvis", SOON)
        ears.say(f"{OWN}{FOLDER}/set", "broken")
        daemon.wait_for_log("not reloaded; the intents from before stay", SOON)
        wait_for(ears, FOLDER, "guests")
        assert "Traceback" not in daemon.log


@pytest.mark.slow
def test_after_a_restart_they_are_as_they_were(tmp_path: Path, virtual_microphone: VirtualMicrophone) -> None:
    for folder, sentence in (("intents", "tea please"), ("guests", "coffee please")):
        write(tmp_path / folder, sentence)
    assert virtual_microphone
    settings = {"intents": str(tmp_path / "intents")}
    with Broker() as broker, Subscriber(broker.port) as ears, Daemon(broker.port, settings=settings) as daemon:
        daemon.wait_until_told(READY)
        tell(ears, "evidence", "0.75")
        tell(ears, FOLDER, "guests")
        kept = daemon.folder / f"adjusted_{SITE}.json"
        wait_until(lambda: kept.exists() and FOLDER in json.loads(kept.read_text()), SOON)
        for folder, sentence in (("guests", "coffee please"), ("intents", "water please")):
            ears.messages.clear()
            daemon.restart()
            wait_for(ears, FOLDER, folder)
            wait_for(ears, "evidence", "0.75" if folder == "guests" else "0.6")
            write(tmp_path / "guests", f"[{sentence}")  # spoilt, so that they are given up the next time
        assert "the settings that were changed are given up, and the config's hold: " in daemon.log
        assert "Traceback" not in daemon.log


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, value) for name in ("evidence", "min_confidence") for value in (4.7, 2, -0.5, 0, 1, 1e999, "NaN")),
        *(
            (FOLDER, folder)
            for folder in ("", ".", "..", "/", "/ther", "../guests", "a\0b", "\ud800", "othgr", "x" * 9_999)
        ),
    ],
)
def test_what_nobody_can_have_chosen_is_forgotten(
    tmp_path: Path, name: str, value: float | str, caplog: pytest.LogCaptureFixture
) -> None:
    """One damaged byte: evidence of 4.7 would be a house that never hears, and a folder of that name would end it."""
    for folder, sentence in (("intents", "tea please"), ("guests", "coffee please")):
        write(tmp_path / folder, sentence)
    config = Config(intents=tmp_path / "intents")
    damaged = float(value) if value == "NaN" else value
    kept: dict[str, list[Any]] = {"evidence": [0.6, 0.7], "min_confidence": [0.5, 0.4], FOLDER: ["intents", "guests"]}
    kept[name][1] = damaged
    (tmp_path / "adjusted_hall.json").write_text(json.dumps(kept))
    adjustments = Adjustments(config, {"hey_jarvis": "hey jarvis"}, AdjustmentMemory(tmp_path, "hall", Writer()))
    [warning] = [each for each in caplog.messages if "is none, and the config's holds" in each]
    assert warning.startswith(f"the {name} that was chosen before is none")
    assert len(warning) < 150
    assert adjustments.thresholds == {"hey_jarvis": 0.6 if name == "evidence" else 0.7}


def test_folders_to_choose(tmp_path: Path) -> None:
    for folder in ("intents", "night", ".hidden"):
        write(tmp_path / folder, "tea please")
    (tmp_path / "empty").mkdir()
    (tmp_path / "config.yaml").write_text("")
    assert folders_beside(tmp_path / "intents") == ("intents", "night")
    assert folders_beside(tmp_path / "nowhere" / "intents") == ("intents",)
