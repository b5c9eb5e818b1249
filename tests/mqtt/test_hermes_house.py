"""Hermes over a real broker: programs begin sessions, say which intents they want to hear, and end them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.broker import Broker, Subscriber, wait_until
from tests.daemon import READY, SITE, Daemon
from tests.virtual_microphone import VirtualMicrophone

if TYPE_CHECKING:
    from collections.abc import Iterator

LIGHTS = Path(__file__).parents[1] / "sounds/command_lights.ogg"  # "turn off the office lights"
ACTION = "home/office/light/set"
LONG = 30.0  # seconds, at the most


class House(NamedTuple):
    """A daemon that speaks Hermes, and who hears it."""

    ears: Subscriber
    microphone: VirtualMicrophone

    def ask(self, topic: str, **told: Any) -> None:
        self.ears.say(f"hermes/{topic}", json.dumps({"siteId": SITE, **told}))

    def listens(self) -> None:
        """Wait until it does."""
        assert wait_until(lambda: self.ears.payloads(f"voiced/{SITE}/state")[-1:] == ["listening"], LONG)

    def ended(self) -> dict[str, Any]:
        """Wait for the end of a session; return what is told of it."""
        topic = "hermes/dialogueManager/sessionEnded"
        assert wait_until(lambda: bool(self.ears.payloads(topic)), LONG)
        assert wait_until(lambda: self.ears.payloads(f"voiced/{SITE}/state")[-1:] == ["waiting"], LONG)
        return dict(json.loads(self.ears.payloads(topic)[-1]))


pytestmark = pytest.mark.slow  # a daemon of its own


@pytest.fixture(scope="module")
def running() -> Iterator[House]:
    settings = {"mqtt": {"hermes": True}}
    with (
        VirtualMicrophone() as microphone,
        Broker() as broker,
        Subscriber(broker.port) as ears,
        Daemon(broker.port, settings=settings) as daemon,
    ):
        daemon.wait_until_told(READY)
        yield House(ears, microphone)
        assert "Traceback" not in daemon.log


@pytest.fixture
def house(running: House) -> House:
    running.ears.messages.clear()
    return running


def test_only_the_intents_that_are_wanted(house: House) -> None:
    init = {"type": "action", "intentFilter": ["TimerStart"], "sendIntentNotRecognized": True}
    house.ask("dialogueManager/startSession", init=init, customData="mine")
    house.listens()
    house.microphone.play(LIGHTS)
    ended = house.ended()
    assert ended["termination"] == {"reason": "intentNotRecognized"}
    missed = json.loads(house.ears.payloads("hermes/dialogueManager/intentNotRecognized")[0])
    assert (missed["customData"], missed["sessionId"]) == ("mine", ended["sessionId"])
    assert house.ears.payloads(ACTION) == []
    house.ears.messages.clear()
    house.ask("dialogueManager/continueSession", sessionId=ended["sessionId"], intentFilter=["LightSet"])
    house.listens()
    house.microphone.play(LIGHTS)
    assert house.ended()["termination"] == {"reason": "nominal"}
    assert house.ears.payloads(ACTION) == ["off"]
    assert len(house.ears.payloads("hermes/intent/LightSet")) == 1


def test_a_session_is_ended_before_anything_is_said(house: House) -> None:
    house.ask("dialogueManager/startSession", init={"type": "action"})
    house.listens()
    session = json.loads(house.ears.payloads("hermes/dialogueManager/sessionStarted")[0])["sessionId"]
    house.ask("dialogueManager/endSession", sessionId=session)
    ended = house.ended()
    assert (ended["sessionId"], ended["termination"]) == (session, {"reason": "abortedByUser"})
    assert house.ears.payloads("hermes/nlu/intentNotRecognized") == []


def test_listening_is_begun_and_stopped(house: House) -> None:
    house.ask("asr/startListening")
    house.listens()
    house.ask("asr/stopListening")
    assert house.ended()["termination"] == {"reason": "intentNotRecognized"}


def test_a_dialogue_manager_elsewhere_has_us_listen_while_the_wake_word_is_off(house: House) -> None:
    house.ask("hotword/toggleOff", reason="ttsSay")
    house.ask("asr/startListening", sessionId="theirs")
    house.listens()
    house.microphone.play(LIGHTS)
    assert house.ended()["sessionId"] == "theirs"
    captured = json.loads(house.ears.payloads("hermes/asr/textCaptured")[0])
    # Capitals and the full stop are as the pass that was taken writes them.
    assert (captured["sessionId"], captured["text"].rstrip(".").lower()) == ("theirs", "turn off the office lights")
    assert wait_until(lambda: house.ears.payloads(ACTION) == ["off"], LONG)


def test_a_session_ends_at_once_where_the_microphone_is_muted(house: House) -> None:
    house.ears.say(f"voiced/{SITE}/mute/set", "ON")
    assert wait_until(lambda: house.ears.payloads(f"voiced/{SITE}/state")[-1:] == ["muted"], LONG)
    house.ask("dialogueManager/startSession", init={"type": "action"})
    topic = "hermes/dialogueManager/sessionEnded"
    assert wait_until(lambda: bool(house.ears.payloads(topic)), LONG)
    assert json.loads(house.ears.payloads(topic)[0])["termination"] == {"reason": "abortedByUser"}
    house.ears.say(f"voiced/{SITE}/mute/set", "OFF")
    assert wait_until(lambda: house.ears.payloads(f"voiced/{SITE}/state")[-1:] == ["waiting"], LONG)
