"""How many processor threads make it faster: measured, since it depends on the machine and on what else runs on it.

Knows torch's threads, not what they work on; the clock is the caller's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

# A further thread must bring the time below this share of what it is without it; else it is better left to others.
_WORTHWHILE_SHARE = 0.9
# Runs with each number of threads; the shortest counts, since other programs only ever make a run longer.
_RUNS = 3


def choose_threads(
    work: Callable[[], object],
    most: int,
    clock: Callable[[], float],
    set_threads: Callable[[int], None] = torch.set_num_threads,
) -> int:
    """Set the number of threads with which `work` is done soonest, at most `most`, and return it.

    `clock` gives seconds. Call with work that has been done once before: the first run is slow.
    """
    # One more thread, and one more, as long as it helps.
    chosen, shortest = 1, float("inf")
    for n_threads in range(1, most + 1):
        set_threads(n_threads)
        seconds = min(_seconds(work, clock) for _ in range(_RUNS))
        if seconds > _WORTHWHILE_SHARE * shortest:
            break
        chosen, shortest = n_threads, seconds
    # The last number tried is usually the first that did not help.
    set_threads(chosen)
    return chosen


def _seconds(work: Callable[[], object], clock: Callable[[], float]) -> float:
    begin = clock()
    work()
    return clock() - begin
