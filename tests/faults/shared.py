"""Faults that several times strike one running daemon. Each returns whether it is heard again."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

from tests.broker import wait_until
from tests.daemon import READY
from tests.mqtt.bad_broker import BAD, BadBroker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.house import House

SOON = 20.0  # seconds


def broker_killed(house: House, number: int) -> bool:
    """The broker dies, sometimes during a command, and comes back."""
    assert house.service.is_running
    for _ in range(3):
        house.mark()
    time.sleep(house.dice.uniform(0, 0.2))
    house.broker.kill()
    if number % 10 == 0:  # a spoken command while nobody is there
        house.speak("wake_jarvis", 0.3, "command_blinds")
    time.sleep(house.dice.uniform(0, 3))
    house.broker.start()
    return house.is_read()


def broker_frozen(house: House, _number: int) -> bool:
    """The broker hangs with its connections open."""
    house.mark()
    house.broker.freeze()
    house.mark()
    time.sleep(house.dice.uniform(0.5, 8))
    house.broker.thaw()
    return house.is_read()


def broker_bad(house: House, number: int) -> bool:
    """Something else answers on the broker's port for a while."""
    name = list(BAD)[number % len(BAD)]
    house.broker.kill()
    with BadBroker(BAD[name], house.broker.port):
        time.sleep(3)
    house.broker.start()
    return house.is_read()


def microphone_lost(house: House, _number: int) -> bool:
    """The sound server dies and comes back: both are told."""
    assert house.service.is_running
    house.microphone.kill()
    missing = wait_until(lambda: house.told("microphone")[-1:] == ["missing"], SOON)
    time.sleep(house.dice.uniform(0, 3))
    house.microphone.start()
    back = wait_until(lambda: house.told("microphone")[-1:] == ["ok"], SOON)
    return missing and back and house.service.is_running and house.is_heard()


def sound_frozen(house: House, _number: int) -> bool:
    """The sound server hangs: if the daemon cannot go on, it ends in order, and is started again."""
    house.microphone.freeze()
    time.sleep(house.dice.uniform(1, 10))
    house.microphone.thaw()
    time.sleep(1)
    return house.service.keep_running() and min(house.service.exits, default=0) >= 0 and house.is_heard()


def reloaded(house: House, number: int) -> bool:
    """Intents are spoilt in one way or another, and mended: each SIGHUP is answered, and the daemon serves on."""
    spoil = SPOILS[number % len(SPOILS)]
    odd = house.intents / "odd.yaml"
    service = house.service
    spoil(odd)
    ready = _reloads(house)
    served = house.is_read()
    if odd.is_dir():
        odd.rmdir()
    odd.unlink(missing_ok=True)
    return ready and served and _reloads(house) and service.is_running and house.is_read()


def _reloads(house: House) -> bool:
    before = house.service.told.count(READY)
    house.service.process.send_signal(signal.SIGHUP)
    return wait_until(lambda: house.service.told.count(READY) > before, SOON)


def _text(text: str) -> Callable[[Path], object]:
    return lambda file: file.write_text(text)


SPOILS: list[Callable[[Path], object]] = [
    _text("intents: {Tea: {sentences: [tea please]}}"),  # not spoilt at all
    _text("intents: {Tea: {sentences: ['[tea please']}}"),
    _text("intents: {Tea: {sentences: [tea]}}\nlists: {odd: &odd [*odd]}"),
    _text("intents: {Tea: {sentences: ['set {0..100,0:level}']}}"),
    _text("rules: {a: <b>, b: <a>}\nintents: {Tea: {sentences: [<a>]}}"),
    _text("]]]"),
    _text(""),
    lambda file: file.write_bytes(os.urandom(4_096)),
    lambda file: file.mkdir(),
    lambda file: file.symlink_to(file),
    os.mkfifo,
    _text("intents: {Tea: {sentences: ['" + "(a|b) " * 5_000 + "']}}"),
]
