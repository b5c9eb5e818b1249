"""A wake word of one's own from the first take to the daemon that wakes for it, all through a virtual microphone."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Self

import numpy as np
import pytest
import soundfile

from tests.broker import HOW_TO_GET, Broker, Subscriber, wait_until
from tests.daemon import READY, SITE, Daemon
from tests.system_parts import require_program
from tests.virtual_microphone import VirtualMicrophone
from tests.wake.speakers import RATE, SPEEDS, said
from voiced.evaluation.noise import mixed
from voiced.records.wakes import FILE, read
from voiced.wake.training import espeak
from voiced.wake.training.augmentation import clatter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voiced.flow import Samples

ANSWER = 60.0  # seconds, at the most
NEAR = ("hey Marvin", "hey there", "hey Jason", "a jar of this", "pay Marcus")  # not what rhymes: "hey Travis"
WAKES = f"voiced/{SITE}/wake"


@pytest.fixture(scope="module")
def microphone() -> Iterator[VirtualMicrophone]:
    with VirtualMicrophone() as running:
        yield running


class Command:
    """`voiced …`, running, as a context manager, with what it printed so far."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._log = folder / "log"
        with self._log.open("wb") as log:
            command = [sys.executable, "-u", "-m", "voiced", *arguments]
            self.process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.process.kill()
        self.process.wait()

    @property
    def printed(self) -> str:
        return self._log.read_text()

    def wait_for(self, text: str, count: int = 1) -> None:
        wait_until(lambda: self.printed.count(text) >= count or self.process.poll() is not None, ANSWER)
        assert self.printed.count(text) >= count, self.printed


def play(microphone: VirtualMicrophone, folder: Path, *sounds: Samples) -> None:
    soundfile.write(folder / "said.wav", np.concatenate(sounds), RATE)
    microphone.play(folder / "said.wav")


@pytest.fixture(scope="module")
def enrolled(microphone: VirtualMicrophone, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a word of five takes, each said when it was asked for."""
    folder = tmp_path_factory.mktemp("enrolled")
    with Command(folder, "wake", "enroll", "hey jarvis") as command:
        for number, speed in enumerate(SPEEDS, start=1):
            command.wait_for(f"Take {number} of 5: now")
            command.wait_for("|")  # the level meter: the microphone delivers
            play(microphone, folder, said("wake_jarvis", speed), np.zeros(RATE, np.float32))
            command.wait_for("good", number)
        assert command.process.wait(ANSWER) == 0, command.printed
        assert "heard by a wake word of the others: 5 of 5" in command.printed
        assert "Expect a false wake in 5 hours of speech" in command.printed
    return folder


@pytest.mark.slow
def test_live_the_word_is_heard(microphone: VirtualMicrophone, enrolled: Path) -> None:
    with Command(enrolled, "wake", "test", "hey_jarvis.npz", "--mic") as command:
        command.wait_for("| 0.")
        time.sleep(2)  # the networks look back, and must have something to look at
        play(microphone, enrolled, said("wake_jarvis", 0.97), np.zeros(RATE, np.float32))
        command.wait_for("heard at ")
        command.process.send_signal(signal.SIGINT)
        assert command.process.wait(ANSWER) == 130


@pytest.mark.slow
def test_ten_wakes_in_noise_and_as_many_near_misses(microphone: VirtualMicrophone, enrolled: Path) -> None:
    require_program("mosquitto", HOW_TO_GET)
    require_program(espeak.PROGRAM, "apt-get install espeak-ng")
    noise = clatter(20 * RATE, np.random.default_rng(0))
    pause = np.zeros(RATE // 2, np.float32)
    words = [mixed(said("wake_jarvis", speed), noise, 10.0, str(speed)) for speed in np.linspace(0.92, 1.06, 10)]
    near = [espeak.speak(text, espeak.Voice(accent)) for accent in ("en-us", "en-gb") for text in NEAR]
    settings = {
        "wake_word": {"models": [str(enrolled / "hey_jarvis.npz")], "refractory": 1.0},
        "listening": {"start_timeout": 0.3},
    }
    with Broker() as broker, Subscriber(broker.port) as ears, Daemon(broker.port, settings=settings) as daemon:
        daemon.wait_until_told(READY)
        time.sleep(2)
        play(microphone, enrolled, *(part for clip in near for part in (clip, pause)))
        assert ears.payloads(WAKES) == [], daemon.log
        assert ears.payloads(f"{WAKES}/rejected"), "none of them sounded like the word: they are not near enough"
        play(microphone, enrolled, *(part for clip in words for part in (clip, pause)))
        wait_until(lambda: len(ears.payloads(WAKES)) >= 10, 20)
        woken = [json.loads(payload) for payload in ears.payloads(WAKES)]
        assert 9 <= len(woken) <= 10, daemon.log
        assert {each["wake_word"] for each in woken} == {"hey_jarvis"}
        kept = read(daemon.folder / FILE)
        assert kept[-1].accepted
        assert kept[-1].score == pytest.approx(woken[-1]["score"], abs=1e-3)
