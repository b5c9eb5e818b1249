"""The manual's page about the desktop, under a real X server: keys arrive, windows close, dictation types."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.broker import Broker, Subscriber, wait_until
from tests.daemon import READY, SITE, Daemon
from tests.system_parts import require_program
from voiced.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.virtual_microphone import VirtualMicrophone

APT = "apt-get install jwm wmctrl xdotool xterm xvfb"
PAGE = (Path(__file__).parents[1] / "voiced/manual/desktop.md").read_text()
MACROS = re.findall(r"```yaml\n(# ~/.config/voiced/intents/desktop.yaml\n.*?)```", PAGE, re.DOTALL)[0]
DICTATION = re.search(r"^voiced (listen --dictate \| .*)$", PAGE, re.MULTILINE)
IN_TIME = 20.0  # seconds; the tests share two cores with other work
PAUSE = 2.0  # seconds between two commands: their programs run beside each other


class Window(NamedTuple):
    """A terminal, and the file of the lines that were typed into it."""

    typed: Path

    def is_shown(self) -> bool:
        search = ["xdotool", "search", "--onlyvisible", "--class", "xterm"]
        return subprocess.run(search, capture_output=True, check=False).returncode == 0

    def has(self, *lines: str) -> bool:
        return wait_until(lambda: self.typed.is_file() and self.typed.read_text().splitlines() == list(lines), IN_TIME)


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    """A terminal on a display of its own, with a window manager; and a home with the page's macros."""
    for program in ("Xvfb", "jwm", "wmctrl", "xdotool", "xterm"):
        require_program(program, APT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "intents").mkdir()
    (tmp_path / "intents/desktop.yaml").write_text(MACROS)
    (tmp_path / "config.yaml").write_text("run_as_root: true\n")
    server, number = _display()
    monkeypatch.setenv("DISPLAY", f":{number}")
    typed = tmp_path / "typed"
    reading = 'while read -r line; do printf "%s\\n" "$line" >> "$0"; done'
    manager = subprocess.Popen(["jwm"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found = Window(typed)
    terminal = subprocess.Popen(["xterm", "-e", "sh", "-c", reading, str(typed)], stderr=subprocess.DEVNULL)
    try:
        assert wait_until(found.is_shown, IN_TIME)
        yield found
    finally:
        for process in (terminal, manager, server):
            with suppress(ProcessLookupError):
                process.terminate()
            process.wait()


def _display() -> tuple[subprocess.Popen[bytes], int]:
    """A new X server without a screen, and its number."""
    ours, its = os.pipe()
    command = ["Xvfb", "-displayfd", str(its), "-screen", "0", "800x600x24", "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=[its], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(its)
    with os.fdopen(ours) as told:
        return server, int(told.readline())


def say(text: str) -> int:
    return main(["say", "--publish", text])


def test_macros_press_keys_and_close_windows(window: Window, capsys: pytest.CaptureFixture[str]) -> None:
    assert say("show the terminal") == 0
    assert say("write hello world; $(id) --x") == 0
    assert say("press enter") == 0
    assert window.has("hello world; $(id) --x")
    assert say("write a --b") == say("press enter") == 0
    assert window.has("hello world; $(id) --x", "a --b")
    capsys.readouterr()
    assert say("show the browser") == 1  # there is none
    assert "wmctrl failed with exit code 1" in capsys.readouterr().err
    assert say("close the console") == 0
    assert wait_until(lambda: not window.is_shown(), IN_TIME)


def test_check_knows_the_programs_of_the_macros(window: Window, capsys: pytest.CaptureFixture[str]) -> None:
    assert window
    main(["check"])
    assert "runs:     xdotool, wmctrl, systemd-run\n" in capsys.readouterr().out


@pytest.mark.slow
def test_the_daemon_types(window: Window, virtual_microphone: VirtualMicrophone) -> None:
    assert virtual_microphone
    settings = {"intents": str(window.typed.parent / "intents"), "run_as_root": True}
    with (
        Broker() as broker,
        Subscriber(broker.port) as ears,
        Daemon(broker.port, settings=settings) as daemon,
    ):
        daemon.wait_until_told(READY)
        for text in ("show the terminal", "write from afar", "press enter", "show the browser"):
            ears.say(f"voiced/{SITE}/say/set", text)
            daemon.wait_for_log(f"'{text}' →")
            time.sleep(PAUSE)
        assert window.has("from afar"), daemon.log
        answers = f"voiced/{SITE}/answer"
        assert wait_until(lambda: ears.payloads(answers) == ["wmctrl failed with exit code 1"], IN_TIME), daemon.log
        assert daemon.terminate() < 2


@pytest.mark.slow
def test_dictation_is_typed_without_enter(window: Window, virtual_microphone: VirtualMicrophone) -> None:
    assert DICTATION
    assert say("show the terminal") == 0
    script = f"{sys.executable} -m voiced {DICTATION[1]}"
    with subprocess.Popen(["sh", "-c", script], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        assert any(line == "listening …\n" for line in iter(process.stderr.readline, ""))
        virtual_microphone.play(Path(__file__).parent / "sounds/no_command.ogg")
        assert process.wait(180) == 0
    assert not window.typed.exists()
    assert say("press enter") == 0
    assert wait_until(window.typed.exists, IN_TIME)
    assert len(window.typed.read_text().split()) >= 3
