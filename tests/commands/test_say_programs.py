"""`voiced say` and `voiced check` about programs: what would be run, is run, fails, or is missing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.broker import Broker, Subscriber, wait_until
from voiced.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

INTENTS = """
intents:
  Note: {sentences: ["note {text}"], action: {run: [sh, -c, 'echo "$0" >> notes; echo noted', "{text}"]}}
  Fail: {sentences: [fail], action: [{run: [sh, -c, "echo no window >&2; exit 3"]}, {run: [touch, never]}]}
  Hang: {sentences: [hang], action: {run: [sleep, "60"], timeout: 0.5}}
  Both: {sentences: [both], action: [{run: [touch, begun]}, {topic: t, payload: x}, {run: [touch, ended]}]}
  Missing: {sentences: [missing], action: {run: [xdotoool, key]}}
lists: {text: {wildcard: true}}
"""


@pytest.fixture
def typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Type a command of voiced; its exit code, output and errors."""
    (tmp_path / "intents").mkdir()
    (tmp_path / "intents/all.yaml").write_text(INTENTS)
    (tmp_path / "config.yaml").write_text("run_as_root: true\n")

    def type_(*words: str) -> tuple[int, str, str]:
        code = main([*words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return type_


def test_it_shows_what_would_be_run(typed: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = typed("say", "note $(id) and milk")
    assert code == 0
    assert out.splitlines()[1] == """  runs: sh -c 'echo "$0" >> notes; echo noted' '$(id) and milk'"""
    assert not Path("notes").exists()
    told = json.loads(typed("say", "--json", "hang")[1])
    assert told["actions"] == [{"run": ["sleep", "60"], "timeout": 0.5}]


def test_it_runs_without_a_broker(typed: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = typed("say", "--publish", "note $(id) and milk")
    assert (code, err, out.splitlines()[-1]) == (0, "", "  sh printed: noted")
    assert Path("notes").read_text() == "$(id) and milk\n"


def test_json_stays_json(typed: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = typed("say", "--json", "--publish", "note milk")
    assert (code, json.loads(out)["intent"]) == (0, "Note")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("fail", "sh failed with exit code 3; it printed: no window"),
        ("hang", "sleep was ended after 0.5 s, its timeout"),
        ("missing", "xdotoool cannot be run: there is no such program; install it, or write its whole path"),
    ],
)
def test_a_failure_ends_it(typed: Callable[..., tuple[int, str, str]], text: str, told: str) -> None:
    code, _, err = typed("say", "--publish", text)
    assert (code, err) == (1, f"voiced: {told}\n")
    assert not Path("never").exists()


def test_messages_and_programs_in_their_order(typed: Callable[..., tuple[int, str, str]]) -> None:
    with Broker() as broker, Subscriber(broker.port) as ears:
        Path("config.yaml").write_text(f"run_as_root: true\nmqtt: {{host: 127.0.0.1, port: {broker.port}}}\n")
        assert typed("say", "--publish", "both")[0] == 0
        assert wait_until(lambda: ears.payloads("t") == ["x"], 5)
    assert Path("begun").exists()
    assert Path("ended").exists()


def test_without_the_broker_nothing_behind_a_message_is_run(typed: Callable[..., tuple[int, str, str]]) -> None:
    Path("config.yaml").write_text("run_as_root: true\nmqtt: {host: 127.0.0.1, port: 9}\n")
    assert typed("say", "--publish", "both")[0] == 1
    assert Path("begun").exists()
    assert not Path("ended").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="for root alone")
def test_root_has_to_be_wanted(typed: Callable[..., tuple[int, str, str]]) -> None:
    Path("config.yaml").write_text("site: attic\n")
    code, _, err = typed("say", "--publish", "note milk")
    remedy = "give it an account of its own, or set run_as_root: true"
    assert (code, err) == (1, f"voiced: sh is not run: voiced runs no programs as root; {remedy}\n")
    assert not Path("notes").exists()
    assert f"all.yaml:3: sh is not run: voiced runs no programs as root; {remedy}\n" in typed("check")[1]


def test_check_names_programs_and_those_that_are_missing(typed: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = typed("check")
    assert code == 0
    assert "runs:     sh, touch, sleep, xdotoool\n" in out
    warning = "intents/all.yaml:7: there is no program 'xdotoool'; install it, or mend its name"
    assert f"warning: {warning}\n" in out
    told, *_ = (json.loads(line) for line in typed("check", "--json")[1].splitlines())
    assert told == {"warning": warning, "file": "intents/all.yaml", "line": 7}
    assert typed("check", "--strict")[0] == 78
