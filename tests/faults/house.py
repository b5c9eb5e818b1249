"""The machine around the daemon: microphone, broker, somebody who speaks and somebody who writes."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
import time
from contextlib import ExitStack, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import soundfile

from tests.broker import Broker, Subscriber, wait_until
from tests.daemon import SITE
from tests.faults.ledger import BEYOND, MARKS, NOTHING, Account, account
from tests.faults.service import Service
from tests.virtual_microphone import VirtualMicrophone
from voiced.flow import SAMPLE_RATE
from voiced.foundations.resources import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping

SOUNDS = Path(__file__).parent.parent / "sounds"
LIGHTS = "home/office/light/set"  # what the spoken command does
HEARD_SECONDS = 30.0  # within which a command is done after a fault; a broker that refused us is left alone meanwhile
AGAIN_SECONDS = 2.0  # somebody who is not heard says it again


class House:
    """Microphone, broker, subscriber, and as many services as are started, as a context manager."""

    def __init__(self, seed: int = 0) -> None:
        self.dice = random.Random(seed)
        self.microphone = VirtualMicrophone()
        self.broker = Broker()
        self.intents = Path(tempfile.mkdtemp(prefix="intents-"))
        self._stack = ExitStack()
        self._mark = 0
        self._nonsense = BEYOND
        self._spoken = NOTHING
        self._written: dict[int, int] = {}  # packet id → number of the mark
        self._logs = ""  # of services that are gone

    def __enter__(self) -> Self:
        for file in shipped("intents").glob("*.yaml"):
            shutil.copy(file, self.intents)
        (self.intents / "mark.yaml").write_text(MARKS)
        self._stack.enter_context(self.microphone)
        self._stack.enter_context(self.broker)
        self.ears = self._stack.enter_context(Subscriber(self.broker.port))
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stack.close()
        shutil.rmtree(self.intents, ignore_errors=True)

    @cached_property
    def service(self) -> Service:
        """The daemon that several faults share; started when it is first asked for."""
        service = self._stack.enter_context(self.another())
        assert service.wait_until_ready(), service.log
        return service

    def another(
        self, *, settings: Mapping[str, object] | None = None, environment: Mapping[str, str] | None = None
    ) -> Service:
        """A daemon of one fault alone; the shared one must not run meanwhile, for they have one name."""
        return Service(self.broker.port, self.intents, settings=settings, environment=environment)

    def keep(self, service: Service) -> None:
        """Keep the log of a service that ends."""
        self._logs += service.log

    @property
    def log(self) -> str:
        """What all services have logged."""
        return self._logs + (self.service.log if "service" in self.__dict__ else "")

    def account(self) -> Account:
        """What became of all marks so far, and of spoken commands that were added."""
        return self._spoken + account(self.log, self.broker.log.read_text(), self._written)

    def add(self, spoken: Account) -> None:
        """Add what became of spoken commands to the account."""
        self._spoken += spoken

    # -- people

    def write(self, text: str, *, retain: bool = False) -> int:
        """Send a sentence; it is not waited for, and lost where there is no broker. Returns its packet id."""
        return self.ears._client.publish(f"voiced/{SITE}/say/set", text, 1, retain).mid

    def mark(self, *, retain: bool = False) -> int:
        """Send the next mark; return its number."""
        self._mark += 1
        assert self._mark < BEYOND, "the list of marks is too short"
        self._written[self.write(f"mark {self._mark}", retain=retain)] = self._mark
        return self._mark

    def nonsense(self) -> None:
        """Send a mark that is not in the grammar, and must be answered all the same."""
        self._nonsense += 1
        self._written[self.write(f"mark {self._nonsense}")] = self._nonsense

    def told(self, topic: str) -> list[str]:
        """What the daemon said on one of its topics."""
        return self.ears.payloads(f"voiced/{SITE}/{topic}")

    def speak(self, *sounds: str | float) -> None:
        """Play sounds of tests/sounds into the microphone, by name; numbers are seconds of silence."""
        parts = [
            np.zeros(round(sound * SAMPLE_RATE), np.float32)
            if isinstance(sound, float)
            else soundfile.read(SOUNDS / f"{sound}.ogg", dtype="float32")[0]
            for sound in sounds
        ]
        soundfile.write(self.intents / "said.wav", np.concatenate(parts), SAMPLE_RATE)
        self.microphone.play(self.intents / "said.wav")

    # -- is it heard again?

    def is_read(self) -> bool:
        """Whether a sentence in writing is done within HEARD_SECONDS; it is sent again and again."""
        give_up = time.monotonic() + HEARD_SECONDS
        while time.monotonic() < give_up:
            number = self.mark()
            if wait_until(lambda: self.broker.received(f"home/mark/{number}") > 0, AGAIN_SECONDS):  # noqa: B023
                return True
        return False

    def is_heard(self) -> bool:
        """Whether a spoken command is done within HEARD_SECONDS; it is spoken again and again."""
        before, give_up = self.broker.received(LIGHTS), time.monotonic() + HEARD_SECONDS
        while time.monotonic() < give_up:
            self.speak("wake_jarvis", 0.3, "command_lights", 0.5)
            if wait_until(lambda: self.broker.received(LIGHTS) > before, AGAIN_SECONDS):
                return True
        return False

    def reasons(self) -> list[str]:
        """Why commands were rejected, in order."""
        found = []
        for event in self.told("unmatched"):
            with suppress(ValueError):
                found.append(str(json.loads(event)["reason"]))
        return found
