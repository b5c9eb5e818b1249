"""A house without any YAML: a real Home Assistant's names and sentences; it carries out what is said and written."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import numpy as np
import pytest
from websockets.sync.client import connect

from tests.broker import wait_until
from tests.peers.houses import LIGHT, without_yaml
from voiced.audio import sound_file
from voiced.cli import main
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.peers.houses import House

pytestmark = pytest.mark.peers

LIGHTS = Path(__file__).parents[1] / "sounds/command_lights.ogg"  # "turn off the office lights"


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with without_yaml() as running:
        yield running


def test_a_light_is_switched_by_what_is_written(house: House) -> None:
    house.say("turn on the work light")
    house.home.wait_for(LIGHT, "on")
    assert wait_until(lambda: house.answers() == ["Turned on the light"], 5)
    house.say("is the desk lamp on")
    assert wait_until(lambda: house.answers()[1:] == ["Yes"], 5)
    house.say("turn off the lights in the study")
    house.home.wait_for(LIGHT, "off")
    assert wait_until(lambda: house.answers()[2:] == ["Turned off the lights"], 5)


def test_a_light_is_switched_by_what_is_said(house: House) -> None:
    house.home.call("light/turn_on", LIGHT)
    house.home.wait_for(LIGHT, "on")
    house.listen()
    house.microphone.play(LIGHTS)
    house.home.wait_for(LIGHT, "off")
    assert wait_until(lambda: house.answers() == ["Turned off the lights"], 10)


def test_a_light_is_switched_by_what_a_phone_hears(house: House) -> None:
    house.home.call("light/turn_on", LIGHT)
    house.home.wait_for(LIGHT, "on")
    sound = np.concatenate([sound_file.read(LIGHTS), np.zeros(2 * SAMPLE_RATE, np.float32)])
    with connect(f"ws://127.0.0.1:{house.http}/api/stream?wake=false") as phone:
        phone.send((sound * 32_767).astype("<i2").tobytes())
        house.home.wait_for(LIGHT, "off")


def test_what_is_written_over_http_is_answered(house: House) -> None:
    sentence = json.dumps({"text": "turn on the desk lamp"}).encode()
    place = f"http://127.0.0.1:{house.http}/api/say"
    with urlopen(Request(place, sentence, {"Content-Type": "application/json"}), timeout=30) as answer:
        told = json.loads(answer.read())
    assert (told["intent"], told["answer"], told["done"]) == ("HassTurnOn", "Turned on the light", True)


def test_commands_ask_it_and_have_it_do_something(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    config = str(house.daemon.folder / "config.yaml")
    assert main(["say", "--config", config, "--publish", "turn off the desk lamp"]) == 0
    assert "  Home Assistant: Turned off the light" in capsys.readouterr().out.splitlines()
    house.home.wait_for(LIGHT, "off")
    assert main(["check", "--config", config, "--connect"]) == 0
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("home:")]
    assert re.fullmatch(
        r"home: +Home Assistant 20\d\d\.\S+ at \S+: \d areas?, \d floors?, \d+ entit\S+ exposed to Assist", line
    )


def test_a_name_that_is_new_is_understood_soon(house: House) -> None:
    house.home.command("config/entity_registry/update", entity_id=LIGHT, aliases=["reading lamp"])
    house.daemon.wait_for_log("reloaded", 60)
    house.say("turn on the reading lamp")
    house.home.wait_for(LIGHT, "on")
