"""Faults that end a daemon, or need one of its own. Each returns whether all went well, and the next start listens."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.broker import wait_until
from tests.daemon import SITE

if TYPE_CHECKING:
    from tests.faults.house import House
    from tests.faults.service import Service

SOON = 20.0  # seconds
STOPPED_SECONDS = 4.0  # from SIGTERM to the end, where a sound server hangs
STATES = ("waiting", "listening", "thinking", "muted", "microphone missing", "sound frozen", "broker away", "loading")


def stopped(house: House, number: int) -> bool:
    """SIGTERM, whatever the daemon is doing: it ends with 0, in time, without a traceback, and says `offline`."""
    state = STATES[number % len(STATES)]
    with house.another() as service:
        if state == "loading":
            time.sleep(house.dice.uniform(0.2, 3))
        else:
            assert service.wait_until_ready(), service.log
            _bring_about(house, state)
        seconds = service.stop()
        house.keep(service)
        _put_right(house, state)
        farewell = state in {"broker away", "loading"} or wait_until(
            lambda: house.told("availability")[-1:] == ["offline"], 5
        )
        code = service.process.returncode
        right = code == 0 or (state == "loading" and code == -signal.SIGTERM)  # before the handlers were there
        return right and seconds < STOPPED_SECONDS and farewell and "Traceback" not in service.log


def _bring_about(house: House, state: str) -> None:
    match state:
        case "listening":
            house.speak("wake_jarvis")
        case "thinking":
            house.speak("wake_jarvis", 0.2, "command_lights")
        case "muted":
            house.ears._client.publish(f"voiced/{SITE}/mute/set", "ON", 1)
            wait_until(lambda: house.told("mute")[-1:] == ["ON"], SOON)
        case "microphone missing":
            house.microphone.kill()
            wait_until(lambda: house.told("microphone")[-1:] == ["missing"], SOON)
        case "sound frozen":
            house.microphone.freeze()
        case "broker away":
            house.broker.kill()


def _put_right(house: House, state: str) -> None:
    match state:
        case "microphone missing":
            house.microphone.start()
        case "sound frozen":
            house.microphone.thaw()
        case "broker away":
            house.broker.start()


def power_cut(house: House, number: int) -> bool:
    """kill -9 and damaged files of the state folder: the next start listens, muted if it was, and forgets nothing else.

    What a file system may leave of a file: nothing, zeros, a part, or odd bytes; and files half written.
    """
    with house.another() as service:
        assert service.wait_until_ready(), service.log
        muted = number % 2 == 1
        if muted:
            house.ears._client.publish(f"voiced/{SITE}/mute/set", "ON", 1)
            assert wait_until(lambda: house.told("mute")[-1:] == ["ON"], SOON)
        else:
            house.speak("wake_jarvis", 0.3, "command_lights", 0.5)
        time.sleep(house.dice.uniform(0.2, 1))
        service.process.kill()
        service.process.wait()
        _damage(house, service)
        house.ears.messages.clear()
        service.start_again()
        well = service.wait_until_ready() and wait_until(lambda: bool(house.told("mute")), SOON)
        well = well and house.told("mute")[-1] == ("ON" if muted else "OFF")
        house.ears._client.publish(f"voiced/{SITE}/mute/set", "OFF", 1)
        well = well and wait_until(lambda: house.told("mute")[-1:] == ["OFF"], SOON) and house.is_heard()
        service.stop()
        house.keep(service)
        return well and "Traceback" not in service.log


def _damage(house: House, service: Service) -> None:
    for file in (service.folder / "wakes.npz", *service.folder.glob("muted_*")):
        with suppress(FileNotFoundError):
            content = bytearray(file.read_bytes())
            at = house.dice.randrange(len(content) + 1)
            left = (b"", bytes(len(content)), content[:at], content[:at] + bytes(len(content) - at), os.urandom(999))
            file.write_bytes(house.dice.choice(left))
            file.with_name(f"{file.name}.part").write_bytes(os.urandom(99))


def disk_full(house: House, _number: int) -> bool:
    """The state folder lies on a full disk: one warning each, and everything else goes on."""
    folder = Path(tempfile.mkdtemp(prefix="full-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(folder)], check=True)
    try:
        with suppress(OSError), (folder / "others").open("wb") as others:
            others.write(bytes(1_000_000))
        with house.another(environment={"STATE_DIRECTORY": str(folder)}) as service:
            assert service.wait_until_ready(), service.log
            well = all(house.is_heard() for _ in range(3))
            house.ears._client.publish(f"voiced/{SITE}/mute/set", "ON", 1)
            well = well and wait_until(lambda: house.told("state")[-1:] == ["muted"], SOON)
            service.stop()
            house.keep(service)
            return well and service.log.count("cannot write the last wakes") == 1 and "Traceback" not in service.log
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()


def clock_jumped(house: House, number: int) -> bool:
    """The wall clock jumps by years, back and forth, while commands come."""
    folder = Path(tempfile.mkdtemp(prefix="clock-"))
    library, offset = folder / "clock.so", folder / "offset"
    source = Path(__file__).with_name("clock.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(source)], check=True)
    offset.write_text("0")
    try:
        environment = {"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(offset)}
        with house.another(environment=environment) as service:
            assert service.wait_until_ready(), service.log
            well = True
            for years in (20, -30, 0.001, 0):
                offset.write_text(str(round(years * 365 * 86_400)))
                well = well and house.is_read() and (number % 2 == 1 or house.is_heard())
            service.stop()
            house.keep(service)
            return well and "Traceback" not in service.log
    finally:
        shutil.rmtree(folder)
