"""Says which parts of the system a test needs; skips without them, and fails in CI, where all must be installed."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def require_program(name: str, how_to_get: str) -> str:
    """Path of a program; without it the test is skipped, or fails where the environment says CI=true."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")  # daemons live in sbin
    if found is None:
        missing(f"{name} is not installed: {how_to_get}")
    return found


def missing(what: str) -> NoReturn:
    """Skip the running test for want of a system part, or fail it in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)
