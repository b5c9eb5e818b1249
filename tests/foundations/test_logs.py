"""The log of a service: levels, and times only where no journal adds them.

In a process of its own, since logging is global.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

PROGRAM = """
import logging, sys
from voiced.foundations.logs import log_to_stderr
log_to_stderr(verbose=sys.argv[1] == "verbose")
logging.debug("detail"), logging.info("news")
"""


@pytest.mark.parametrize(
    ("verbose", "journal", "log"),
    [
        ("quiet", True, r"news\n"),
        ("verbose", True, r"detail\nnews\n"),
        ("quiet", False, r"\d{4}-\d\d-\d\d [\d:,]+ INFO    news\n"),
    ],
)
def test_what_is_logged(verbose: str, journal: bool, log: str) -> None:  # noqa: FBT001 # one of a table
    environment = {name: value for name, value in os.environ.items() if name != "JOURNAL_STREAM"}
    environment |= {"JOURNAL_STREAM": "8:1"} if journal else {}
    command = [sys.executable, "-c", PROGRAM, verbose]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert re.fullmatch(log, done.stderr)
    assert not done.stdout
