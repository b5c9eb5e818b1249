"""The composition root: freed memory goes back to the system after each event."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voiced.daemon import release_memory

BLOCK, BLOCKS = 32 * 1024, 4_000  # bytes, below glibc's threshold for pages of their own; 125 MiB in all


def resident() -> int:
    """MiB of this process."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) // 1024


def test_what_is_freed_goes_back() -> None:
    before = resident()
    held: list[np.ndarray[tuple[int], np.dtype[np.uint8]]] = []
    for number in release_memory(range(2)):
        if number == 0:
            blocks = [np.ones(BLOCK, np.uint8) for _ in range(BLOCKS)]
            held = blocks[::200]  # what stays lies between what does not, and keeps all of it from the system
            del blocks
        else:
            assert resident() < before + 30, "most of 125 MiB"
    assert held


def test_nothing_is_lost() -> None:
    assert list(release_memory("abc")) == ["a", "b", "c"]
    with pytest.raises(StopIteration):
        next(release_memory(iter(())))
