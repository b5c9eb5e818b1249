"""How many processor threads are worth having: measured, since it depends on the machine and on who else is at work.

Knows torch's threads, not what they work on; the clock is the caller's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

_WORTHWHILE_SHARE = 0.9  # of the time without it: a thread that saves less is better left to others
_RUNS = 3  # of which the shortest counts


def choose_threads(
    work: Callable[[], object],
    most: int,
    clock: Callable[[], float],
    set_threads: Callable[[int], None] = torch.set_num_threads,
) -> int:
    """Set the number of threads with which `work` is done soonest, and return it: 1, 2 … as long as one more pays.

    `clock` gives seconds. The work has been done once before, so that nothing of it is new.
    """
    chosen, shortest = 1, float("inf")
    for n_threads in range(1, most + 1):
        set_threads(n_threads)
        seconds = min(_seconds(work, clock) for _ in range(_RUNS))
        if seconds > _WORTHWHILE_SHARE * shortest:
            break
        chosen, shortest = n_threads, seconds
    set_threads(chosen)
    return chosen


def _seconds(work: Callable[[], object], clock: Callable[[], float]) -> float:
    begin = clock()
    work()
    return clock() - begin
