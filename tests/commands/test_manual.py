"""`voiced manual`: plain text in a pipe, a pager on a terminal, and a hint for who mistypes a topic."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from voiced.cli import main
from voiced.commands.manual import PAGES, topics

if TYPE_CHECKING:
    from pathlib import Path


def test_alone_it_lists_every_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manual"]) == 0
    shown = capsys.readouterr().out
    assert [topic for topic in topics() if topic != "index" and f"\n- [{topic}]" not in shown] == []


@pytest.mark.parametrize("topic", topics())
def test_a_page_in_a_pipe_is_its_text(topic: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manual", topic]) == 0
    assert capsys.readouterr().out == (PAGES / f"{topic}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("topic", "hint"),
    [
        ("brokr", "did you mean 'broker'?"),
        ("wake_words", "did you mean 'wake-words'?"),
        ("zzz", "`voiced manual` lists them"),
        ("../manual/broker", "`voiced manual` lists them"),
    ],
)
def test_an_unknown_topic_is_one_sentence(topic: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manual", topic]) == 2
    assert capsys.readouterr().err == f"voiced: there is no page {topic!r}; {hint}\n"


def on_a_terminal(tmp_path: Path, **environment: str) -> str:
    """What a terminal shows of a page; the pager leaves a file that says it was asked."""
    pager = tmp_path / "pager"
    pager.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\nexec cat\n")
    pager.chmod(0o755)
    master, terminal = pty.openpty()
    whole = {"PATH": os.environ["PATH"], "TERM": "xterm", "COLUMNS": "90", "PAGER": str(pager), **environment}
    process = subprocess.Popen(
        [sys.executable, "-m", "voiced", "manual", "broker"], stdin=terminal, stdout=terminal, env=whole
    )
    os.close(terminal)
    shown = b""
    try:
        while read := os.read(master, 65_536):
            shown += read
    except OSError:  # the other end was closed
        pass
    os.close(master)
    assert process.wait(60) == 0
    assert (tmp_path / "asked").exists()
    return shown.decode()


def test_on_a_terminal_it_is_formatted_in_the_pager(tmp_path: Path) -> None:
    shown = on_a_terminal(tmp_path)
    assert "\x1b[" in shown
    assert "## A password" not in shown
    assert "A password" in shown
    assert "microphone.md" not in shown
    assert max(len(line) for line in shown.splitlines() if "\x1b" not in line) <= 90


def test_without_colour_where_nobody_wants_it(tmp_path: Path) -> None:
    shown = on_a_terminal(tmp_path, NO_COLOR="1")
    assert not [code for code in ("\x1b[3", "\x1b[9", ";3", ";4") if any(f"{code}{n}" in shown for n in range(8))]
