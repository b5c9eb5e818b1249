"""Logging of a service: one line each on standard error, as the journal or a terminal wants it."""

from __future__ import annotations

import logging
import os
import sys


def log_to_stderr(*, verbose: bool) -> None:
    """Log from INFO on, `verbose` from DEBUG on; where the journal adds times itself, without them."""
    journal = "JOURNAL_STREAM" in os.environ
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(message)s" if journal else "%(asctime)s %(levelname)-7s %(message)s",
    )
