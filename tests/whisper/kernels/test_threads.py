"""The choice of a number of threads, by a clock that the test owns: nothing here takes any time."""

from __future__ import annotations

import pytest
import torch

from voiced.whisper.kernels.threads import choose_threads


@pytest.mark.parametrize(
    ("seconds", "chosen"),
    [
        ([1.0], 1),
        ([1.0, 0.6], 2),
        ([1.0, 0.95], 1),  # hardly any gain is not worth a core
        ([1.0, 3.0, 0.1], 1),  # nobody looks further than where it stops to pay
        ([1.0, 0.5, 0.4, 0.39], 3),
    ],
)
def test_as_many_threads_as_pay(seconds: list[float], chosen: int) -> None:
    now = [0.0]
    tried: list[int] = []

    def work() -> None:
        now[0] += seconds[tried[-1] - 1]

    assert choose_threads(work, len(seconds), lambda: now[0], tried.append) == chosen
    assert tried[-1] == chosen


def test_the_shortest_time_counts() -> None:
    """A busy moment does not decide."""
    now = [0.0]
    tried: list[int] = []
    times = iter([1.0, 9.0, 9.0, 9.0, 0.5, 9.0])

    def work() -> None:
        now[0] += next(times)

    assert choose_threads(work, 2, lambda: now[0], tried.append) == 2


def test_torch_gets_them() -> None:
    before = torch.get_num_threads()
    try:
        assert choose_threads(lambda: None, 1, lambda: 0.0) == torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)
