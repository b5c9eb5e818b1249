"""Other processes that take the processor, for tests of what a busy machine does."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPUTE = """
import os
if os.nice(0) < 0:  # not preferred, though we may be
    os.setpriority(os.PRIO_PROCESS, 0, 0)
while True: pass
"""


@contextmanager
def busy_processes(how_many: int) -> Iterator[None]:
    """Let so many processes do nothing but compute, until the end."""
    processes = [subprocess.Popen([sys.executable, "-c", COMPUTE]) for _ in range(how_many)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()
