"""Nothing leaves the machine but what goes to the broker."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HEAR = """
import numpy as np
from voiced.wake.detector import WakeWord, WakeWordDetector
WakeWordDetector([WakeWord("hey_jarvis")])
"""


def test_onnx_runtime_reports_to_nobody(tmp_path: Path) -> None:
    """It keeps the identifier of this machine, and what it wants to send, in the cache: there must be none."""
    others = {name: value for name, value in os.environ.items() if name not in {"CI", "ORT_DISABLE_TELEMETRY"}}
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    subprocess.run([sys.executable, "-c", HEAR], env=others | home, check=True, timeout=60)
    assert list(tmp_path.iterdir()) == []
