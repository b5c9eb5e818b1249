"""voiced as a device of a real Home Assistant: a light is switched by what is said, and settings work both ways."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import soundfile

from tests.broker import Subscriber, wait_until
from tests.daemon import SITE
from tests.peers.houses import DEVICE, SWITCH, with_device
from voiced.audio import sound_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.peers.houses import House

pytestmark = pytest.mark.peers

SOUNDS = Path(__file__).parents[1] / "sounds"


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with with_device() as running:
        yield running


def test_the_device_is_there_and_knows_its_state(house: House) -> None:
    house.home.wait_for(f"sensor.{DEVICE}_state", "waiting")
    found = {name: state for name, state in house.home.states().items() if DEVICE in name}
    plain = {name for name, state in found.items() if state == "unknown"}
    # Nothing was heard yet, and a button has no state: all else is known.
    without = ("sensor.{}_latency", "sensor.{}_confidence", "button.{}_listen", "event.{}_command")
    assert plain == {each.format(DEVICE) for each in without}
    assert found[f"number.{DEVICE}_wake_word_evidence"] == "0.6"


def test_a_light_is_switched_by_what_is_said(house: House) -> None:
    house.home.wait_for(SWITCH, "on")
    house.home.call("button/press", f"button.{DEVICE}_listen")
    house.home.wait_for(f"sensor.{DEVICE}_state", "listening")
    house.microphone.play(SOUNDS / "command_lights.ogg")
    house.home.wait_for(SWITCH, "off")
    wait_until(lambda: "office lights" in house.home.states()[f"sensor.{DEVICE}_last_command"], 30)
    assert float(house.home.states()[f"sensor.{DEVICE}_latency"]) > 0
    assert "unknown" not in {state for name, state in house.home.states().items() if DEVICE in name}


def test_switches_and_settings_work_both_ways(house: House) -> None:
    home, own = house.home, f"voiced/{SITE}"
    home.call("switch/turn_on", f"switch.{DEVICE}_mute")
    home.wait_for(f"sensor.{DEVICE}_state", "muted")
    home.call("number/set_value", f"number.{DEVICE}_wake_word_evidence", value=0.7)
    home.wait_for(f"number.{DEVICE}_wake_word_evidence", "0.7")
    home.call("text/set_value", f"text.{DEVICE}_say", value="good night")
    home.wait_for(f"text.{DEVICE}_say", "good night")
    home.wait_for(f"sensor.{DEVICE}_last_command", "good night")
    house.ears.say(f"{own}/mute/set", "OFF")
    house.ears.say(f"{own}/min_confidence/set", "0.42")
    home.wait_for(f"switch.{DEVICE}_mute", "off")
    home.wait_for(f"number.{DEVICE}_least_confidence", "0.42")
    home.call("number/set_value", f"number.{DEVICE}_least_confidence", value=0.5)
    home.call("number/set_value", f"number.{DEVICE}_wake_word_evidence", value=0.6)
    home.wait_for(f"number.{DEVICE}_least_confidence", "0.5")


def test_intents_of_a_wake_word_are_chosen_both_ways(house: House) -> None:
    home, select, event = house.home, f"select.{DEVICE}_intents_of_hey_jarvis", f"event.{DEVICE}_command"

    def heard() -> str:
        """What comes of the same command after the wake word."""
        before = home.states()[event]
        house.microphone.play(SOUNDS / "wake_jarvis.ogg")
        house.microphone.play(SOUNDS / "command_lights.ogg")
        types = ("LightSet", "not_understood")
        wait_until(lambda: home.states()[event] != before and home.attributes(event)["event_type"] in types, 30)
        return str(home.attributes(event)["event_type"])

    assert home.states()[select] == "intents"
    home.call("select/select_option", select, option="guests")
    home.wait_for(select, "guests")
    assert heard() == "not_understood"
    house.ears.say(f"voiced/{SITE}/intents/hey_jarvis/set", "intents")
    home.wait_for(select, "intents")
    assert heard() == "LightSet"


def test_assist_hears_with_our_ears(house: House) -> None:
    sound = io.BytesIO()
    soundfile.write(sound, sound_file.read(SOUNDS / "command_lights.ogg"), 16_000, format="WAV", subtype="PCM_16")
    about = "format=wav; codec=pcm; sample_rate=16000; bit_rate=16; channel=1; language=en"
    told = house.home.ask("/api/stt/stt.voiced", sound.getvalue(), **{"X-Speech-Content": about})
    assert told["result"] == "success"
    assert "office lights" in told["text"]


def test_assist_has_its_sentences_carried_out(house: House) -> None:
    with Subscriber(house.broker.port) as ears:
        asked = {"text": "turn on the bedroom lights", "agent_id": "conversation.voiced", "language": "en"}
        told = house.home.ask("/api/conversation/process", asked)
        assert told["response"]["response_type"] == "action_done"
        ears.wait_for("home/bedroom/light/set", "on")
        told = house.home.ask("/api/conversation/process", asked | {"text": "make me a sandwich"})
        assert told["response"]["response_type"] == "error"


def test_without_the_daemon_nothing_is_available(house: House) -> None:
    house.daemon.terminate()
    assert wait_until(
        lambda: {state for name, state in house.home.states().items() if DEVICE in name} == {"unavailable"}, 30
    )
