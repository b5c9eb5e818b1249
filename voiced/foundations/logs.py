"""Logging of a service: one line a message on standard error, for the journal or a terminal."""

from __future__ import annotations

import logging
import os
import sys


def log_to_stderr(*, verbose: bool) -> None:
    """Set up logging from INFO on, or DEBUG if `verbose`; no times under systemd, whose journal adds them."""
    journal = "JOURNAL_STREAM" in os.environ
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(message)s" if journal else "%(asctime)s %(levelname)-7s %(message)s",
    )
