"""The whole daemon on real parts: sound from a virtual microphone, models, and a Mosquitto with a subscriber.

Most tests share one daemon, since loading takes seconds; each leaves it waiting. Those in which it must end have their
own.
"""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
import soundfile

from tests.broker import HOW_TO_GET, Broker, Subscriber, free_port, wait_until
from tests.daemon import READY, SITE, Daemon
from tests.system_parts import require_program
from tests.virtual_microphone import VirtualMicrophone
from voiced.evaluation.stimuli import with_pauses
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiced.flow import Samples

SOUNDS = Path(__file__).parent / "sounds"
ANSWER = 60.0  # seconds for an answer, at the most; 1 to 3 where nothing else runs
STOPPED = 2.0  # seconds from SIGTERM to the end

LIGHTS = ("lights", "home/office/light/set", "off")
BLINDS = ("blinds", "home/bedroom/cover/set", "close")
HEATING = ("heating", "home/bedroom/heating/set", '{"temperature": 21.0}')
TIMER = ("timer", "home/timer/start", '{"seconds": 300}')
COMMANDS = [LIGHTS, BLINDS, HEATING, TIMER, *3 * [LIGHTS, BLINDS]]
PAUSES = [0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0]  # seconds between wake word and command
TEN = [(pause, *command) for pause, command in zip(PAUSES, COMMANDS, strict=True)]


class House(NamedTuple):
    """Everything a household has."""

    microphone: VirtualMicrophone
    broker: Broker
    ears: Subscriber
    daemon: Daemon

    def say(self, *sounds: Samples | float) -> None:
        """Speak into the microphone; numbers are seconds of silence."""
        play(self.microphone, self.daemon.folder, *sounds)

    def actions(self) -> list[tuple[str, str]]:
        """What was done in the house, in order."""
        heard = list(self.ears.messages)
        return [(one.topic, one.payload.decode()) for one in heard if one.topic.startswith("home/")]

    def told(self, topic: str) -> list[str]:
        """What voiced said on one of its own topics."""
        return self.ears.payloads(f"voiced/{SITE}/{topic}")

    def states(self) -> list[str]:
        """What voiced did, without the listening that goes on after a pause, and without repetitions."""
        told = self.told("state")
        shown = [state for number, state in enumerate(told) if state != "listening" or told[number - 1] != "thinking"]
        return [state for number, state in enumerate(shown) if number == 0 or shown[number - 1] != state]

    def ask(self, topic: str, payload: str = "") -> None:
        """Ask voiced for something."""
        self.ears.say(f"voiced/{SITE}/{topic}/set", payload)

    def wait_for_actions(self, *expected: tuple[str, str]) -> None:
        """Fail unless exactly these come, and voiced waits again."""
        wait_until(lambda: len(self.actions()) >= len(expected), ANSWER)
        self.wait_for_state("waiting")
        assert self.actions() == list(expected), self.daemon.log

    def wait_for_state(self, state: str) -> None:
        wait_until(lambda: self.told("state")[-1:] == [state], ANSWER)
        assert self.told("state")[-1] == state, self.daemon.log

    def forget(self) -> None:
        """Make a fresh start, so that tests need not know of one another."""
        self.wait_for_state("waiting")
        self.ears.messages[:] = [one for one in self.ears.messages if one.topic.endswith("/state")][-1:]


def clip(name: str) -> Samples:
    return clip_of(f"{name}.ogg")


def clip_of(file: str) -> Samples:
    samples: Samples = soundfile.read(SOUNDS / file, dtype="float32")[0]
    return samples


def joined(*sounds: Samples | float) -> Samples:
    parts = [np.zeros(round(one * SAMPLE_RATE), np.float32) if isinstance(one, float) else one for one in sounds]
    return np.concatenate(parts)


def play(microphone: VirtualMicrophone, folder: Path, *sounds: Samples | float) -> None:
    path = folder / "said.wav"
    soundfile.write(path, joined(*sounds), SAMPLE_RATE)
    microphone.play(path)


@pytest.fixture(scope="module")
def microphone() -> Iterator[VirtualMicrophone]:
    with VirtualMicrophone() as running:
        yield running


@pytest.fixture(scope="module")
def shared(microphone: VirtualMicrophone) -> Iterator[House]:
    with Broker() as broker, Subscriber(broker.port) as ears, Daemon(broker.port) as daemon:
        daemon.wait_until_told(READY)
        yield House(microphone, broker, ears, daemon)
        assert daemon.terminate() < STOPPED
        assert daemon.process.returncode == 0
        assert "Traceback" not in daemon.log
        assert wait_until(lambda: ears.payloads(f"voiced/{SITE}/availability")[-1:] == ["offline"], 5)


@pytest.fixture
def house(shared: House) -> House:
    shared.forget()
    return shared


@pytest.mark.slow
@pytest.mark.parametrize(("pause", "name", "topic", "payload"), TEN, ids=[f"{pause} s" for pause in PAUSES])
def test_ten_commands_in_a_row(house: House, pause: float, name: str, topic: str, payload: str) -> None:
    house.say(clip("wake_jarvis"), pause, clip(f"command_{name}"))
    house.wait_for_actions((topic, payload))
    assert house.states() == ["waiting", "listening", "thinking", "waiting"]
    assert json.loads(house.told("wake")[0])["wake_word"] == "hey_jarvis"


def test_a_command_in_one_breath_with_the_wake_word(house: House) -> None:
    house.say(clip("wake_one_breath"))
    house.wait_for_actions(("home/kitchen/light/set", "on"))
    (event,) = house.told("intent/LightSet")
    told = json.loads(event)
    assert (told["intent"], told["slots"], told["site"]) == ("LightSet", {"state": "on", "room": "kitchen"}, SITE)
    assert told["ending"] in {"complete", "silence"}  # on a machine that is too busy to answer in time
    assert 0.15 < told["stopped"] <= told["recognized"] <= told["latency"] <= told["age"] < ANSWER


@pytest.mark.slow
def test_a_slow_speaker(house: House) -> None:
    """Turn off … the office … lights."""
    house.say(clip("wake_jarvis"), 0.5, with_pauses(clip("command_lights"), [0.46, 0.88], 0.6))
    house.wait_for_actions(LIGHTS[1:])


@pytest.mark.slow
def test_a_television_in_the_background(house: House) -> None:
    """Somebody talks before, meanwhile and afterwards; who gives the command is nearer."""
    said = joined(1.0, clip("wake_jarvis"), 0.5, clip("command_blinds"), 4.0)
    television = np.resize(clip_of("speech_en.flac"), len(said))
    house.say((said + 0.06 * television).astype(np.float32))
    house.wait_for_actions(BLINDS[1:])
    (event,) = house.told("intent/CoverSet")
    assert json.loads(event)["ending"] in {"complete", "silence"}


@pytest.mark.slow
def test_a_second_command_while_the_first_is_thought_about(house: House) -> None:
    house.say(clip("wake_jarvis"), 0.3, clip("command_heating"), 1.0, clip("wake_jarvis"), 0.3, clip("command_lights"))
    house.wait_for_actions(HEATING[1:], LIGHTS[1:])


def test_what_is_no_command_is_told_and_nothing_is_done(house: House) -> None:
    house.say(clip("wake_jarvis"), 0.5, clip("no_command"))
    wait_until(lambda: bool(house.told("unmatched")), ANSWER)
    house.wait_for_actions()
    assert json.loads(house.told("unmatched")[0])["reason"] in {"out_of_grammar", "low_confidence"}


@pytest.mark.slow
def test_without_the_wake_word_nobody_listens(house: House) -> None:
    house.say(clip("command_lights"), 2.0)
    assert house.told("state") == ["waiting"]


def test_a_sentence_over_mqtt_is_a_command(house: House) -> None:
    house.ask("say", "dim the bedroom lights to 20%")
    house.wait_for_actions(("home/bedroom/light/set", '{"brightness_percent": 20}'))
    house.ask("say", "make me a sandwich")
    wait_until(lambda: bool(house.told("unmatched")), ANSWER)
    assert json.loads(house.told("unmatched")[0])["text"] == "make me a sandwich"


def test_a_flood_of_sentences_is_answered_one_by_one(house: House) -> None:
    """More than can wait are told so; nothing is lost without a word, and the connection is not held up."""
    n_sentences = 200
    for _ in range(n_sentences):
        house.ears._client.publish(f"voiced/{SITE}/say/set", "make me a sandwich", 1)
    wait_until(lambda: len(house.told("unmatched")) >= n_sentences, ANSWER)
    reasons = [json.loads(event)["reason"] for event in house.told("unmatched")]
    assert len(reasons) == n_sentences
    assert set(reasons) <= {"out_of_grammar", "busy"}
    house.forget()


@pytest.mark.slow
def test_the_wake_word_again(house: House) -> None:
    """Nothing seemed to happen; so it is said once more, then alone, and then the command comes."""
    house.say(clip("wake_jarvis"), 0.8, clip("wake_jarvis"), 0.5, clip("command_lights"))
    house.wait_for_actions(LIGHTS[1:])
    assert len(house.told("wake")) == 2
    assert house.told("unmatched") == []
    assert house.states()[0] == house.states()[-1] == "waiting"


def test_listening_when_asked_to(house: House) -> None:
    house.ask("listen")
    house.wait_for_state("listening")
    house.say(0.3, clip("command_blinds"))
    house.wait_for_actions(BLINDS[1:])
    assert house.told("wake") == []


@pytest.mark.slow
def test_nothing_said(house: House) -> None:
    house.ask("listen")
    house.wait_for_state("listening")
    wait_until(lambda: bool(house.told("unmatched")), ANSWER)
    assert json.loads(house.told("unmatched")[0])["reason"] == "no_speech"


def test_mute(house: House) -> None:
    house.ask("mute", "ON")
    house.wait_for_state("muted")
    house.say(clip("wake_one_breath"), 1.0)
    house.ask("mute", "OFF")
    house.wait_for_state("waiting")
    house.say(clip("wake_jarvis"), 0.3, clip("command_lights"))
    house.wait_for_actions(LIGHTS[1:])
    assert house.told("mute") == ["ON", "OFF"]


@pytest.mark.slow
def test_a_broker_that_is_killed_during_a_command_and_comes_back(house: House) -> None:
    before = house.broker.received(LIGHTS[1])
    house.say(clip("wake_jarvis"))
    house.wait_for_state("listening")
    house.broker.kill()  # before the command, which is answered while its last samples are played
    house.say(clip("command_lights"))
    time.sleep(3)
    house.broker.start()
    wait_until(lambda: house.broker.received(LIGHTS[1]) > before, 8)
    house.ask("say", "close the office blinds")  # comes after all that waited
    wait_until(lambda: house.broker.received("home/office/cover/set") == 1, ANSWER)
    assert house.broker.received(LIGHTS[1]) == before + 1, house.daemon.log
    with Subscriber(house.broker.port) as newcomer:
        newcomer.wait_for(f"voiced/{SITE}/availability", "online")
        newcomer.wait_for(f"voiced/{SITE}/state", "waiting")
        newcomer.wait_for(f"voiced/{SITE}/mute", "OFF")


@pytest.mark.slow
def test_a_broker_that_comes_back_too_late(microphone: VirtualMicrophone, tmp_path: Path) -> None:
    """The same, with less patience than the intents that ship have."""
    intents = SOUNDS.parent.parent / "intents"
    lights, payload = (intents / "lights.yaml").read_text(), 'payload: "{state}"'
    (tmp_path / "lights.yaml").write_text(lights.replace(payload, f"{payload}\n      expires: 1.5"))
    (tmp_path / "house.yaml").write_text((intents / "house.yaml").read_text())
    with Broker() as broker, Daemon(broker.port, settings={"intents": str(tmp_path)}) as daemon:
        daemon.wait_until_told(READY)
        play(microphone, tmp_path, clip("wake_jarvis"))
        daemon.wait_for_log("heard the wake word")
        broker.kill()
        play(microphone, tmp_path, clip("command_lights"))
        daemon.wait_for_log("not delivered: home/office/light/set 'off': the broker was away")
        broker.start()
        with Subscriber(broker.port) as ears:
            wait_until(lambda: ears.payloads(f"voiced/{SITE}/availability") == ["online"], ANSWER)
            ears.say(f"voiced/{SITE}/say/set", "turn on the kitchen lights")  # would come after all that waited
            ears.wait_for("home/kitchen/light/set", "on", seconds=ANSWER)
        assert broker.received("home/office/light/set") == 0


@pytest.mark.parametrize("seconds", [0, 0.1, 0.3, 0.6, 1.0, 1.5, 2.0, 3.0])
def test_sigterm_while_loading(seconds: float) -> None:
    """From the first line of the log on: while libraries are imported, and while models are read."""
    with Daemon(free_port()) as daemon:
        daemon.wait_for_log("loading")
        time.sleep(seconds)
        daemon.terminate()
        assert daemon.process.returncode == 0
        assert "Traceback" not in daemon.log


def test_sigterm_before_the_first_line() -> None:
    with Daemon(free_port()) as daemon:
        time.sleep(0.1)
        assert daemon.terminate() < STOPPED
        assert daemon.process.returncode in {0, -signal.SIGTERM}
        assert "Traceback" not in daemon.log


@pytest.mark.slow
@pytest.mark.parametrize("state", ["listening", "thinking"])
def test_sigterm_during_a_command(state: str, microphone: VirtualMicrophone, broker: Broker, tmp_path: Path) -> None:
    listening = {"recognize_pauses": False}  # else there is hardly anything left to think about in the end
    with Subscriber(broker.port) as ears, Daemon(broker.port, settings={"listening": listening}) as daemon:
        daemon.wait_until_told(READY)
        play(microphone, tmp_path, clip("wake_jarvis"), clip("command_lights") if state == "thinking" else 0.1)
        assert wait_until(lambda: ears.payloads(f"voiced/{SITE}/state")[-1:] == [state], ANSWER), daemon.log
        assert daemon.terminate() < STOPPED
        assert daemon.process.returncode == 0
        assert "Traceback" not in daemon.log
        ears.wait_for(f"voiced/{SITE}/availability", "online", "offline")


@pytest.mark.usefixtures("microphone")
@pytest.mark.slow
def test_a_broker_that_is_not_there_is_waited_for() -> None:
    with Daemon(free_port()) as daemon:
        daemon.wait_until_told(READY)
        assert "trying again until it works" in daemon.log
        time.sleep(1)
        assert daemon.process.poll() is None
        assert daemon.terminate() < STOPPED
        assert daemon.process.returncode == 0


@pytest.mark.slow
@pytest.mark.usefixtures("microphone")
def test_a_wrong_password_is_one_sentence(tmp_path: Path) -> None:
    mosquitto_passwd = require_program("mosquitto_passwd", HOW_TO_GET)
    users, password = tmp_path / "users", tmp_path / "password"
    subprocess.run([mosquitto_passwd, "-c", "-b", str(users), "me", "right"], check=True)
    users.chmod(0o644)
    password.write_text("wrong\n")
    mqtt = {"username": "me", "password_file": str(password)}
    options = ["allow_anonymous false", f"password_file {users}"]
    with Broker(options=options) as broker, Daemon(broker.port, settings={"mqtt": mqtt}) as daemon:
        assert daemon.wait() == 78
        assert "Traceback" not in daemon.log
        assert "loading" not in daemon.log, "it is told before the model is loaded"
        (problem,) = [line for line in daemon.log.splitlines() if line.startswith("voiced: ")]
        assert "refuses mqtt.username 'me' or its password" in problem


@pytest.mark.usefixtures("microphone")
def test_a_missing_microphone_is_one_sentence(broker: Broker) -> None:
    with Daemon(broker.port, settings={"microphone": {"device": "Concert Hall"}}) as daemon:
        assert daemon.wait() == 1
        assert "Traceback" not in daemon.log
        (problem,) = [line for line in daemon.log.splitlines() if line.startswith("voiced: ")]
        assert "'Concert Hall'" in problem


@pytest.mark.slow
def test_recordings_instead_of_a_microphone(broker: Broker, tmp_path: Path) -> None:
    """As if spoken, one after the other; then it ends."""
    first, second = SOUNDS / "wake_one_breath.ogg", tmp_path / "second.wav"
    soundfile.write(second, joined(clip("wake_jarvis"), 0.4, clip("command_blinds")), SAMPLE_RATE)
    with Subscriber(broker.port) as ears, Daemon(broker.port, "--source", str(first), str(second)) as daemon:
        assert daemon.wait() == 0
        ears.wait_for(f"voiced/{SITE}/availability", "online", "offline")
        ears.wait_for("home/kitchen/light/set", "on")
        ears.wait_for(BLINDS[1], BLINDS[2])
        told = [line.partition("INFO")[2].strip() for line in daemon.log.splitlines()]
        assert told[0] == "loading tiny.en"
        assert f"publishing {BLINDS[1]} {BLINDS[2]!r}" in told
