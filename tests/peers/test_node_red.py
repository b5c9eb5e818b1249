"""The flow of the manual in a real Node-RED: it reacts and answers, and its page speaks to the daemon."""

from __future__ import annotations

import json
import re
import urllib.error
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
import soundfile

from tests.broker import Broker, Subscriber, wait_until
from tests.daemon import READY, Daemon
from tests.peers.node_red import NodeRed
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.peers

MANUAL = Path(__file__).parents[2] / "voiced/manual/node-red.md"
SITE = "kitchen"  # as in the manual
PAGE = "/voiced"
SILENCE_SECONDS = 600
SOON = 20.0  # seconds; the daemon shares two cores with other work


class Household(NamedTuple):
    """Node-RED with the flow, and who hears what it and the daemon send."""

    node_red: NodeRed
    ears: Subscriber

    def wait_for(self, topic: str, payload: str) -> None:
        """Fail unless this comes."""
        wait_until(lambda: payload in self.ears.payloads(topic), SOON)
        assert payload in self.ears.payloads(topic)


@pytest.fixture(scope="module")
def household(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    (text,) = re.findall(r"```json\n(.*?)```", MANUAL.read_text(), re.DOTALL)
    silence = tmp_path_factory.mktemp("sounds") / "silence.flac"
    soundfile.write(silence, np.zeros(SILENCE_SECONDS * SAMPLE_RATE, np.float32), SAMPLE_RATE)
    with Broker() as broker:
        flow = json.loads(text.replace('"1883"', f'"{broker.port}"'))
        with (
            NodeRed(flow) as node_red,
            Subscriber(broker.port) as ears,
            Daemon(broker.port, "--source", str(silence), settings={"site": SITE}) as daemon,
        ):
            daemon.wait_until_told(READY)
            yield Household(node_red, ears)
            assert "Traceback" not in daemon.log
            assert "[error]" not in node_red.log


def test_what_is_written_into_the_box_is_done_and_answered(household: Household) -> None:
    page = household.node_red.press(PAGE, say="turn on the kitchen lights")
    assert "The light is on: kitchen." in page
    household.wait_for(f"voiced/{SITE}/say/set", "turn on the kitchen lights")
    household.wait_for("home/kitchen/light/set", "on")  # the daemon's own action
    household.wait_for("zigbee2mqtt/kitchen/set", '{"state":"ON"}')  # the flow's
    household.wait_for("home/answer", "The light is on: kitchen.")


def test_what_was_not_understood_is_answered_with_the_difference(household: Household) -> None:
    household.node_red.press(PAGE, say="turn on the kitten lights")
    household.wait_for("home/answer", "'kitten' is not in list room, but 'kitchen' is")


def test_the_switch_mutes(household: Household) -> None:
    own = f"voiced/{SITE}"
    for payload, state in (("ON", "muted"), ("OFF", "waiting")):
        household.ears.messages.clear()
        household.node_red.press(PAGE, mute=payload)
        household.wait_for(f"{own}/mute", payload)
        household.wait_for(f"{own}/state", state)
        assert f"Muted: {payload}" in household.node_red.page(PAGE)


def test_the_button_listens(household: Household) -> None:
    household.node_red.press(PAGE, listen="ON")
    household.wait_for(f"voiced/{SITE}/state", "listening")


def test_pages_of_others_command_nothing(household: Household) -> None:
    household.ears.messages.clear()
    with pytest.raises(urllib.error.HTTPError, match="403"):
        household.node_red.press(PAGE, origin="http://elsewhere.example", say="good night")
    assert household.ears.payloads(f"voiced/{SITE}/say/set") == []
