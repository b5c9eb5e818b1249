"""Logging: one line a message on standard error, for the journal or a terminal."""

from __future__ import annotations

import logging
import os
import sys

from voiced.foundations.terminal import printable

PRIORITIES = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}  # syslog(3)


class _Line(logging.Formatter):
    """Formats a record with its control characters made visible: some texts come from servers and file names."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


class _JournalLine(_Line):
    """Formats a record for the journal: each of its lines begins with its priority, as in `<4>` (sd-daemon(3))."""

    def format(self, record: logging.LogRecord) -> str:
        mark = priority(record.levelno)
        return "\n".join(f"{mark}{line}" for line in super().format(record).split("\n"))


def log_to_stderr(*, verbose: bool) -> None:
    """Set up logging from INFO on, or DEBUG if `verbose`; in the journal with priorities and without times."""
    plain, timed = _JournalLine("%(message)s"), _Line("%(asctime)s %(levelname)-7s %(message)s")
    stderr = logging.StreamHandler(sys.stderr)
    stderr.setFormatter(plain if goes_to_journal() else timed)
    logging.basicConfig(handlers=[stderr], level=logging.DEBUG if verbose else logging.INFO)


def goes_to_journal() -> bool:
    """Return whether standard error is the journal: JOURNAL_STREAM names its device and inode (systemd.exec(5))."""
    try:
        stderr = os.fstat(2)
    except OSError:  # it is closed
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{stderr.st_dev}:{stderr.st_ino}"


def priority(level: int) -> str:
    """Return the prefix that tells the journal the priority of a line of this level of `logging`."""
    return f"<{next((PRIORITIES[known] for known in sorted(PRIORITIES, reverse=True) if level >= known), 7)}>"


def warnings_to_stderr() -> None:
    """Set up logging of a command that ends by itself: warnings alone, as its errors are told."""
    stderr = logging.StreamHandler(sys.stderr)
    stderr.setFormatter(_Line("voiced: %(message)s"))
    logging.basicConfig(handlers=[stderr], level=logging.WARNING)
