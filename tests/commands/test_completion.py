"""Completion as shells ask for it: argcomplete's variables in, words on file descriptor 8 out."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def completions(line: str, folder: Path) -> set[str]:
    """What may stand at the end of the line."""
    asked = {"_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE_IFS": "\n"}
    program = "import sys; from voiced.cli import main; sys.argv[0] = 'voiced'; main()"
    command = f'exec {sys.executable} -c "{program}" 8>words'
    subprocess.run(["bash", "-c", command], cwd=folder, env=os.environ | asked, check=True, timeout=60)
    return {word.strip() for word in (folder / "words").read_text().splitlines()}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("voiced che", {"check"}),
        ("voiced re", {"recognize"}),
        ("voiced check --sch", {"--schema"}),
        ("voiced check --schema int", {"intents"}),
        ("voiced wake enr", {"enroll"}),
        ("voiced recognize com", {"command.wav"}),
        ("voiced recognize command.wav --word", {"--word-timestamps"}),
        ("voiced manual troub", {"troubleshooting"}),
    ],
)
def test_a_line_is_completed(line: str, words: set[str], tmp_path: Path) -> None:
    (tmp_path / "command.wav").touch()
    assert completions(line, tmp_path) == words
