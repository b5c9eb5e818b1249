"""Programs beside everything else: in their order, several at once, and never in the way."""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.broker import wait_until
from voiced.acting.doing import Doing
from voiced.acting.missing import with_warnings
from voiced.acting.programs import MOST_COMMANDS, Programs
from voiced.config import Config
from voiced.flow import Action, Program
from voiced.grammar import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiced.flow import Detection, Outcome, State

AT_ONCE = 0.3  # seconds; the tests share two cores with other work
IN_THE_END = 10.0


class Told:
    """A publisher of messages that writes down what it sends."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def act(self, action: Action) -> None:
        self.sent.append(action.topic)

    def state(self, state: State) -> None: ...
    def wake(self, detection: Detection) -> None: ...
    def outcome(self, outcome: Outcome) -> None: ...


def shell(script: str, timeout: float = 20.0, expires: float = 20.0) -> Program:
    return Program(("sh", "-c", script), timeout, expires)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def programs(told: list[str]) -> Iterator[Programs]:
    with closing(Programs(told.append, as_root=True)) as running:
        yield running


def test_those_of_one_command_follow_each_other(programs: Programs, tmp_path: Path) -> None:
    file = tmp_path / "order"
    began = time.monotonic()
    programs.run([shell(f"sleep 0.5; echo first >> {file}"), shell(f"echo second >> {file}")])
    assert time.monotonic() - began < AT_ONCE
    assert wait_until(lambda: file.is_file() and file.read_text() == "first\nsecond\n", IN_THE_END)


def test_one_that_fails_is_the_last_of_its_command(
    programs: Programs, told: list[str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "file"
    programs.run([shell("echo no window >&2; exit 4"), shell(f"touch {file}")])
    programs.run([shell(f"echo done; touch {file}.other")])
    assert wait_until(lambda: told != [] and "printed: done" in caplog.text, IN_THE_END)
    assert told == ["sh failed with exit code 4"]
    assert "sh failed with exit code 4; it printed: no window" in caplog.text
    assert not file.exists()


@pytest.fixture(autouse=True)
def _log_everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")


def test_what_is_too_late_is_not_begun(programs: Programs, told: list[str], tmp_path: Path) -> None:
    file = tmp_path / "file"
    programs.run([shell("sleep 1", expires=0.5), shell(f"touch {file}", expires=0.5)])
    assert wait_until(lambda: told != [], IN_THE_END)
    assert told == ["sh is not run: it is too late, after those before it"]
    assert not file.exists()


def test_few_run_at_once(programs: Programs, told: list[str]) -> None:
    for _ in range(MOST_COMMANDS + 2):
        programs.run([shell("sleep 1")])
    assert told == 2 * ["sh is not run: the programs of 8 commands run already"]
    time.sleep(1.5)
    told.clear()
    programs.run([shell("exit 1")])
    assert wait_until(lambda: told == ["sh failed with exit code 1"], IN_THE_END)


def test_messages_do_not_wait_for_programs(programs: Programs, tmp_path: Path) -> None:
    publisher = Told()
    began = time.monotonic()
    file = tmp_path / "file"
    some: list[Action | Program] = [
        Action("a", ""),
        shell("sleep 0.5"),
        Action("b", ""),
        shell(f"touch {file}"),
        Action("c", ""),
    ]
    Doing(publisher, programs).act(some)
    assert publisher.sent == ["a", "b", "c"]
    assert time.monotonic() - began < AT_ONCE
    assert wait_until(file.exists, IN_THE_END)


def test_a_hanging_program_does_not_hold_up_the_end(told: list[str], tmp_path: Path) -> None:
    file = tmp_path / "pid"
    programs = Programs(told.append, as_root=True)
    programs.run([shell(f"trap '' TERM; echo $$ > {file}; sleep 60"), shell("true")])
    assert wait_until(lambda: file.is_file() and file.read_text() != "", IN_THE_END)
    began = time.monotonic()
    programs.close()
    assert time.monotonic() - began < 1.5
    assert wait_until(lambda: told == ["sh was ended, since voiced ends"], IN_THE_END)
    assert wait_until(lambda: not Path(f"/proc/{file.read_text().strip()}").exists(), IN_THE_END)


def test_what_just_began_may_end(told: list[str], tmp_path: Path) -> None:
    file = tmp_path / "file"
    with closing(Programs(told.append, as_root=True)) as programs:
        programs.run([shell("sleep 0.1"), shell(f"touch {file}")])
    assert (file.exists(), told) == (True, [])


def test_whom_a_program_leaves_behind_may_go_on_printing(programs: Programs, told: list[str], tmp_path: Path) -> None:
    """A pipe that nobody reads would stop it, one that is closed would end it."""
    file = tmp_path / "file"
    programs.run([shell(f"(sleep 0.3; yes | head -c 300000; touch {file}) & exit 0")])
    assert wait_until(file.exists, IN_THE_END)
    assert told == []


@pytest.mark.skipif(os.geteuid() != 0, reason="for root alone")
def test_nothing_is_run_as_root_unless_it_is_wanted(told: list[str], tmp_path: Path) -> None:
    with closing(Programs(told.append, as_root=False)) as programs:
        programs.run([shell(f"touch {tmp_path}/file")])
    why = "voiced runs no programs as root; give it an account of its own, or set run_as_root: true"
    assert told == [f"sh is not run: {why}"]
    assert not (tmp_path / "file").exists()


INTENTS = """
intents:
  A:
    sentences: ["a {app}"]
    action:
      - {run: [true]}
      - {run: ["{app}", "x"]}
      - {run: [FILE]}
  B: {sentences: [b], action: [{topic: t}, {run: [xdotoool]}, {run: [sh]}]}
lists: {app: [{in: shell, out: sh}, {in: browser, out: no-such-browser}]}
"""


def test_each_program_is_warned_of_once() -> None:
    action = "action: [{run: [x-x]}, {run: [x-x]}]"
    file = f"intents: {{A: {{sentences: [a], {action}}}, B: {{sentences: [b], {action}}}}}"
    assert len(with_warnings(parse(file), Config(run_as_root=True)).warnings) == 1


def test_programs_that_are_missing_are_warned_of(tmp_path: Path) -> None:
    (tmp_path / "script").write_text("#!/bin/sh\n")
    commands = with_warnings(
        parse(INTENTS.replace("true", "'true'").replace("FILE", f"{tmp_path}/script")), Config(run_as_root=True)
    )
    assert commands.warnings == (
        "intents.yaml:7: there is no program 'no-such-browser'; install it, or mend its name",
        f"intents.yaml:8: the program {tmp_path}/script is not executable; chmod +x {tmp_path}/script",
        "intents.yaml:9: there is no program 'xdotoool'; install it, or mend its name",
    )
    assert with_warnings(parse("intents: {A: {sentences: [a]}}"), Config()).warnings == ()


@pytest.mark.skipif(os.geteuid() != 0, reason="for root alone")
def test_root_is_warned_once() -> None:
    commands = with_warnings(parse("intents: {A: {sentences: [a], action: [{run: [sh]}, {run: [sh]}]}}"), Config())
    [warning] = commands.warnings
    assert warning.startswith("intents.yaml:1: sh is not run: voiced runs no programs as root")
