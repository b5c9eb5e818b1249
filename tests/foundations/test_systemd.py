"""sd_notify over real sockets, the watchdog against a clock that stands still, and the units as systemd reads them."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes import Clock
from tests.system_parts import require_program
from voiced.errors import ConfigError
from voiced.foundations.systemd import Systemd, Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """The service manager's socket, and how the environment names it."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@voiced-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(name.replace("@", "\0", 1))
        listening.settimeout(2)
        yield listening, name


def test_what_is_told(manager: tuple[socket.socket, str]) -> None:
    listening, name = manager
    systemd = Systemd({"NOTIFY_SOCKET": name})
    systemd.ready()
    systemd.status("listening for\nhey_jarvis é")
    systemd.alive()
    systemd.stopping()
    systemd.reloading()
    *told, reloading = [listening.recv(4096).decode() for _ in range(5)]
    assert told == ["READY=1", "STATUS=listening for hey_jarvis é", "WATCHDOG=1", "STOPPING=1"]
    assert re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=\d+", reloading)


def test_without_systemd_nothing_happens() -> None:
    systemd = Systemd({})
    systemd.ready()
    systemd.alive()
    assert systemd.watchdog_seconds is None


def test_a_manager_that_is_gone_is_no_reason_to_die(tmp_path: Path) -> None:
    Systemd({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).ready()


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_that_is_asked_for(environment: dict[str, str], seconds: float | None) -> None:
    assert Systemd(environment).watchdog_seconds == seconds


class Counting(Systemd):
    """Counts the signs of life."""

    def __init__(self, environment: dict[str, str]) -> None:
        super().__init__(environment)
        self.signs = 0

    def alive(self) -> None:
        self.signs += 1


def test_frames_feed_the_watchdog_often_enough_and_not_each() -> None:
    systemd, clock = Counting({"WATCHDOG_USEC": "8000000"}), Clock()
    watchdog = Watchdog(systemd, clock)
    for _ in range(160):  # 80 s
        watchdog.feed()
        clock.advance(0.5)
    assert systemd.signs == 40  # every 2 s
    clock.advance(60)  # no audio, no sign
    assert systemd.signs == 40
    watchdog.feed()
    assert systemd.signs == 41


def test_an_event_that_takes_too_long_starves_the_watchdog() -> None:
    """Audio flows all the time; while one event is worked on, there is at most one sign of life: that it was taken."""
    systemd, clock = Counting({"WATCHDOG_USEC": "8000000"}), Clock()
    watchdog = Watchdog(systemd, clock)

    def flows(seconds: int) -> int:
        before = systemd.signs
        for _ in range(10 * seconds):
            watchdog.feed()
            clock.advance(0.1)
        return systemd.signs - before

    assert flows(20) == 10  # nothing to do
    signs = []
    for seconds in watchdog.watched([1, 20, 3]):
        signs.append(flows(seconds))
        clock.advance(2)
    assert signs == [1, 1, 1]
    assert flows(20) == 10


def test_many_short_events_are_no_hang() -> None:
    """The main loop is never seen idle by a frame, but moves on."""
    systemd, clock = Counting({"WATCHDOG_USEC": "8000000"}), Clock()
    watchdog = Watchdog(systemd, clock)
    for _ in watchdog.watched(range(100)):
        watchdog.feed()
        clock.advance(1)
    assert systemd.signs == 50


@pytest.mark.slow
def test_a_manager_that_does_not_listen_is_not_waited_for_and_told_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "notify"))
        systemd = Systemd({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        for _ in range(20):
            if caplog.text:
                break
            for _ in range(20):
                systemd.status("x" * 10_000 + "\udcff")
        systemd.alive()
    assert caplog.text.count("cannot tell systemd") == 1


def test_a_watchdog_nobody_asked_for_is_silent() -> None:
    systemd = Counting({})
    Watchdog(systemd, Clock()).feed()
    assert systemd.signs == 0


UNITS = Path(__file__).parents[2] / "systemd"
INSTALLED = "/opt/voiced/bin/voiced"  # where README.md puts it


def lines(unit: str) -> list[str]:
    return (UNITS / unit).read_text().splitlines()


@pytest.fixture
def analyze(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """systemd's own opinion of a unit whose program is there; of the lines that wait to be taken in as well."""
    program = require_program("systemd-analyze", "apt-get install systemd")

    def run(*arguments: str, unit: str) -> subprocess.CompletedProcess[str]:
        text = "\n".join(line.removeprefix("#") if line.startswith("#Load") else line for line in lines(unit))
        (tmp_path / "voiced.service").write_text(text.replace(INSTALLED, require_program("true", "coreutils")))
        command = [program, *arguments, str(tmp_path / "voiced.service")]
        session = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)}  # --user looks for one
        return subprocess.run(command, env=session, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize(("unit", "scope"), [("voiced.service", "--system"), ("voiced-user.service", "--user")])
def test_units_are_valid(analyze: Callable[..., subprocess.CompletedProcess[str]], unit: str, scope: str) -> None:
    verdict = analyze(scope, "verify", "--man=no", unit=unit)
    assert verdict.stderr == ""  # a misspelt key is a mere remark
    assert verdict.returncode == 0


@pytest.mark.parametrize(
    ("unit", "scope", "tenths"), [("voiced.service", "--system", 13), ("voiced-user.service", "--user", 20)]
)
def test_units_are_confined(
    analyze: Callable[..., subprocess.CompletedProcess[str]], unit: str, scope: str, tenths: int
) -> None:
    """The exposure that systemd-analyze counts, from 0 to 10; `tests/test_units.py` shows that it works."""
    verdict = analyze(scope, "security", "--offline=true", f"--threshold={tenths}", "--no-pager", unit=unit)
    assert verdict.returncode == 0, verdict.stdout


@pytest.mark.parametrize("unit", ["voiced.service", "voiced-user.service"])
def test_units_let_pytorch_generate_code_and_see_the_processor(unit: str) -> None:
    assert not [line for line in lines(unit) if line.startswith(("MemoryDenyWriteExecute=", "ProcSubset="))]


@pytest.mark.parametrize("unit", ["voiced.service", "voiced-user.service"])
def test_units_know_the_daemon(unit: str) -> None:
    (command,) = [line.partition("=")[2] for line in lines(unit) if line.startswith("ExecStart=")]
    assert command.startswith(f"{INSTALLED} run --config ")
    assert "Type=notify" in lines(unit)
    assert "ExecReload=/bin/kill -HUP $MAINPID" in lines(unit)
    assert "Restart=always" in lines(unit)
    assert f"RestartPreventExitStatus=2 {ConfigError.exit_code}" in lines(unit)
    assert any(line.startswith("WatchdogSec=") for line in lines(unit))
