"""More than can be done: commands spoken and written at once, nonsense on all topics, and processors that are taken."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.broker import wait_until
from tests.busy import busy_processes
from tests.daemon import SITE
from tests.faults.spoken import Message, Said, account_of_spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.faults.house import House
    from tests.faults.ledger import Account

COMMANDS = {
    "command_lights": "LightSet",
    "command_blinds": "CoverSet",
    "command_heating": "TemperatureSet",
    "command_timer": "TimerStart",
}
GAP_SECONDS = 1.2  # between the end of one command and the next wake word: who begins sooner starts over
BURST, EVERY_SECONDS, MOST_WRITTEN = 30, 3.0, 180  # sentences at once, more than can wait; how often; in all
BUSY_PER_PROCESSOR = 2  # other processes
SETTLING_SECONDS = 60.0  # in which all is answered, when nothing new comes any more
AS_IN_UNIT, PREFERRED = -10, -15  # nice: of the daemon, and of what stands for hardware and other machines
NONSENSE = (
    b"x" * 1_000_000,  # which the broker keeps to itself, having been told what is too large
    b"x" * 16_000,
    b"x" * 4_097,
    b"turn on the light " * 100,
    bytes(range(256)),
    b"\xff\xfe",
    b"9" * 400,
    b"[" * 300,
)
TOPICS = ("say/set", "listen/set", "mute/set")


def flooded(house: House, number: int) -> bool:
    """Each command, spoken or written, is answered once: in time, or as refused; and the next ones are done.

    One sentence is retained, and comes no second time when the daemon connects again.
    """
    assert house.service.is_running
    before = len(house.ears.messages)
    busy = busy_processes(BUSY_PER_PROCESSOR * (os.cpu_count() or 1))
    with _preferred(house), busy, ThreadPoolExecutor(1) as mouth:
        speaking = mouth.submit(_speak, house, number)
        house.mark(retain=True)
        _write(house, speaking.done)
        said = speaking.result()

    def heard() -> list[Message]:
        return [
            Message(one.timestamp, one.topic, one.payload.decode(errors="replace"))
            for one in house.ears.messages[before:]
        ]

    wait_until(lambda: not (house.account().unreported or _spoken(said, heard()).unreported), SETTLING_SECONDS)
    house.add(_spoken(said, heard()))
    _take_over(house.broker.port)
    well = house.is_read() and house.is_heard() and "Traceback" not in house.service.log
    house.ears._client.publish(f"voiced/{SITE}/say/set", b"", 1, retain=True)
    return well


@contextmanager
def _preferred(house: House) -> Iterator[None]:
    """Let microphone, player and broker not be late, as they are not in a house; root alone may."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    microphone, broker = house.microphone._process, house.broker._process
    assert microphone
    assert broker
    for process, nice in (
        (house.service.process.pid, AS_IN_UNIT),
        (microphone.pid, PREFERRED),
        (broker.pid, PREFERRED),
    ):
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, process, nice)
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, PREFERRED)  # the player's, and the writer's
    try:
        yield
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, before)


def _spoken(said: list[Said], heard: list[Message]) -> Account:
    return account_of_spoken(said, heard, SITE)


def _speak(house: House, number: int) -> list[Said]:
    """Speak all commands, each behind the wake word, in an order that changes."""
    names = list(COMMANDS)
    names = names[number % len(names) :] + names[: number % len(names)]
    said = []
    for name in names:
        began = time.monotonic()
        house.speak("wake_jarvis", 0.3, name, GAP_SECONDS)
        said.append(Said(COMMANDS[name], began, time.monotonic() - GAP_SECONDS))
    return said


def _write(house: House, is_over: Callable[[], bool]) -> None:
    """Send sentences and nonsense by turns, until it is over."""
    for _ in range(MOST_WRITTEN // BURST):
        for _ in range(BURST // 2):
            house.mark()
            house.nonsense()
        for topic in TOPICS:
            for nonsense in NONSENSE:
                house.ears._client.publish(f"voiced/{SITE}/{topic}", nonsense, 1)
        if wait_until(is_over, EVERY_SECONDS):
            return


def _take_over(port: int) -> None:
    """Connect under the daemon's name, so that the broker ends its connection, and leave again."""
    stranger = paho.Client(CallbackAPIVersion.VERSION2, client_id=f"voiced-{SITE}", protocol=paho.MQTTv5)
    stranger.connect("127.0.0.1", port)
    stranger.loop_start()
    wait_until(stranger.is_connected, 5)
    stranger.disconnect()
    stranger.loop_stop()
