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
logging.debug("detail"), logging.info("news"), logging.warning("two\\nlines \\x1b[31m\\x07")
"""
WARNING = r"two\n{0}lines \\x1b\[31m\\x07\n"


def logged(verbose: str, *, journal: bool, elsewhere: bool = False) -> str:
    """What goes to standard error, which is the journal or is not."""
    environment = {name: value for name, value in os.environ.items() if name != "JOURNAL_STREAM"}
    reads, writes = os.pipe()
    try:
        about = os.fstat(writes)
        if journal:
            environment["JOURNAL_STREAM"] = f"{about.st_dev}:{about.st_ino + elsewhere}"
        command = [sys.executable, "-c", PROGRAM, verbose]
        done = subprocess.run(command, env=environment, stdout=-1, stderr=writes, check=True, timeout=60)
    finally:
        os.close(writes)
    assert not done.stdout
    with os.fdopen(reads) as stream:
        return stream.read()


@pytest.mark.parametrize(
    ("verbose", "log"),
    [("quiet", "<6>news\n<4>" + WARNING), ("verbose", "<7>detail\n<6>news\n<4>" + WARNING)],
)
def test_the_journal_gets_priorities_and_no_times(verbose: str, log: str) -> None:
    assert re.fullmatch(log.format("<4>"), logged(verbose, journal=True))


@pytest.mark.parametrize("journal", [True, False], ids=["a file, though systemd started it", "no journal"])
def test_elsewhere_each_line_has_a_time(*, journal: bool) -> None:
    at = r"\d{4}-\d\d-\d\d [\d:,]+ "
    log = f"{at}INFO    news\n{at}WARNING {WARNING.format('')}"
    assert re.fullmatch(log, logged("quiet", journal=journal, elsewhere=True))
