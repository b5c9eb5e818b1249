"""A real Home Assistant that is away, has odd names, and takes its token back: one sentence each, and all goes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
import soundfile

from tests.broker import Broker, Subscriber, wait_until
from tests.daemon import LOADING, READY, SITE, Daemon
from tests.peers.home_assistant import HomeAssistant
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.peers

LONG = "very " * 60 + "long lamp"
NAMES = {
    "desk": "Desk lamp",
    "bulb": "\U0001f4a1",
    "long": LONG,
    "markup": "<b>Hall</b> lamp",
    "template": "{lamp} [of] (tom|jerry); a=b",
    "nothing": "",
    "twin_office": "Twin",
    "twin_kitchen": "Twin",
    "same_one": "Hall light",
    "same_two": "Hall light",
}
AREAS = {"Office": "twin_office", "Kitchen": "twin_kitchen", "Hall": "same_one", "\U0001f6cb": "same_two"}
LIGHT = """\
      {name}:
        friendly_name: {friendly}
        unique_id: {name}
        value_template: "{{{{ is_state('input_boolean.{name}', 'on') }}}}"
        turn_on: {{action: input_boolean.turn_on, target: {{entity_id: input_boolean.{name}}}}}
        turn_off: {{action: input_boolean.turn_off, target: {{entity_id: input_boolean.{name}}}}}
"""
CONFIGURATION = (
    "conversation:\ninput_boolean:\n"
    + "".join(f"  {name}: {{initial: false}}\n" for name in NAMES)
    + "light:\n  - platform: template\n    lights:\n"
    + "".join(
        LIGHT.format(name=name, friendly=json.dumps(friendly, ensure_ascii=False)) for name, friendly in NAMES.items()
    )
)
SILENCE_SECONDS = 600
SOON = 60.0  # seconds


class House(NamedTuple):
    """A house whose Home Assistant is started later."""

    home: HomeAssistant
    daemon: Daemon
    ears: Subscriber
    token: Path

    def say(self, text: str) -> str:
        """Say it in writing; return what is answered."""
        self.ears.messages.clear()
        self.ears.say(f"voiced/{SITE}/say/set", text)
        wait_until(lambda: bool(self.answers() or self.ears.payloads(f"voiced/{SITE}/unmatched")), SOON)
        return self.answers()[0] if self.answers() else "unmatched"

    def answers(self) -> list[str]:
        return self.ears.payloads(f"voiced/{SITE}/answer")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    soundfile.write(folder / "silence.flac", np.zeros(SILENCE_SECONDS * SAMPLE_RATE, np.float32), SAMPLE_RATE)
    with HomeAssistant(CONFIGURATION) as home, Broker() as broker, Subscriber(broker.port) as ears:
        wait_until(lambda: "light.same_two" in home.states(), SOON)
        for name, light in AREAS.items():
            area = home.command("config/area_registry/create", name=name)["area_id"]
            home.command("config/entity_registry/update", entity_id=f"light.{light}", area_id=area)
        (token := folder / "token").write_text(home.long_lived_token())
        home.stop()
        settings = {
            "intents": str(folder / "none"),
            "home_assistant": {"url": home.url, "token_file": str(token), "sentences": True},
        }
        with Daemon(broker.port, "--source", str(folder / "silence.flac"), settings=settings) as daemon:
            yield House(home, daemon, ears, token)
            assert "Traceback" not in daemon.log


def test_home_assistant_is_away_at_the_start(house: House) -> None:
    house.daemon.wait_until_told(READY)
    assert house.daemon.log.count("cannot reach Home Assistant") == 1
    assert house.say("turn on the desk lamp") == "unmatched"  # nobody knows that name
    assert house.say("what time is it").startswith("Home Assistant is away")
    house.home.start()
    house.daemon.wait_for_log("reloaded", SOON)
    assert house.say("turn on the desk lamp") == "Turned on the light"
    house.home.wait_for("light.desk", "on")


def test_names_that_cannot_be_said_are_left_out_and_told(house: House) -> None:
    (told,) = [line for line in house.daemon.log.splitlines() if "nobody can say" in line]
    assert all(each in told for each in ("\U0001f4a1", "\U0001f6cb", "very very"))
    (told,) = [line for line in house.daemon.log.splitlines() if "several entities of one name" in line]
    assert all(each in told for each in ("'Twin'", "'Hall light'"))


@pytest.mark.parametrize(
    ("text", "answer", "light"),
    [
        ("turn on the <b>Hall</b> lamp", "Turned on the light", "markup"),
        ("turn on the nothing", "Turned on the light", "nothing"),  # without a name of its own it has its id
        ("turn on the twin", "Sorry, there are multiple devices called Twin", ""),
        ("turn on the twin in the office", "Turned on the light", "twin_office"),
        ("turn on the hall light", "Sorry, there are multiple devices called Hall light", ""),
        ("turn on the hall light in the hall", "Turned on the light", "same_one"),
    ],
)
def test_odd_names_and_names_of_several_mean_what_home_assistant_says(
    house: House, text: str, answer: str, light: str
) -> None:
    house.home.call("light/turn_off", "all")
    assert house.say(text) == answer
    if light:
        house.home.wait_for(f"light.{light}", "on")


def test_a_token_is_revoked_and_another_one_is_taken_up(house: House) -> None:
    house.home.revoke_tokens()
    house.daemon.wait_for_log("refuses the token; make a long-lived one", SOON)
    for _ in range(2):
        assert house.say("turn off the desk lamp") == "Home Assistant refuses the token"
    house.daemon.restart()
    assert wait_until(lambda: house.daemon.log.count("listening for") == 2, LOADING)
    assert house.say("turn off the desk lamp") == "Home Assistant refuses the token"  # names are remembered
    assert house.daemon.log.count("refuses the token; make a long-lived one") == 2  # once in each run
    house.token.write_text(house.home.long_lived_token())
    assert house.say("turn off the desk lamp") == "Turned off the light"
    house.home.wait_for("light.desk", "off")
    house.home.command("config/entity_registry/update", entity_id="light.desk", aliases=["reading lamp"])
    assert wait_until(lambda: house.say("turn on the reading lamp") == "Turned on the light", SOON)
