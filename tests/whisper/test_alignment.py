"""The path through costs, against a textbook's; the median filter against numpy's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from voiced.whisper.alignment import _token_times, median_filter, warp

if TYPE_CHECKING:
    import numpy.typing as npt


def cheapest(cost: npt.NDArray[np.float64]) -> float:
    """Cell by cell, as the textbook has it."""
    total = np.full((cost.shape[0] + 1, cost.shape[1] + 1), np.inf)
    total[0, 0] = 0
    for i, j in np.ndindex(*cost.shape):
        total[i + 1, j + 1] = cost[i, j] + min(total[i, j], total[i, j + 1], total[i + 1, j])
    return float(total[-1, -1])


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (5, 40), (30, 12)])
def test_warp_finds_the_cheapest_path(shape: tuple[int, int]) -> None:
    cost = np.random.RandomState(0).standard_normal(shape)
    rows, columns = warp(cost)
    assert (rows[0], columns[0]) == (0, 0)
    assert (rows[-1] + 1, columns[-1] + 1) == shape
    down, right = np.diff(rows), np.diff(columns)
    assert set(down) | set(right) <= {0, 1}
    assert (down + right > 0).all()
    assert cost[rows, columns].sum() == pytest.approx(cheapest(cost), abs=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_warp_finds_a_cheapest_path_where_many_are(seed: int) -> None:
    cost = np.random.RandomState(seed).randint(-2, 3, (12, 40)).astype(float)
    rows, columns = warp(cost)
    assert cost[rows, columns].sum() == cheapest(cost)


def test_warp_follows_a_staircase() -> None:
    """Three tokens looking at 4, 2 and 3 positions."""
    cost = np.ones((3, 9))
    cost[0, :4] = cost[1, 4:6] = cost[2, 6:] = -1
    rows, columns = warp(cost)
    assert rows.tolist() == [0, 0, 0, 0, 1, 1, 2, 2, 2]
    assert columns.tolist() == list(range(9))


def test_median_filter() -> None:
    x = torch.tensor([[0.0, 9.0, 0.0, 0.0, 5.0, 5.0, 5.0, 0.0]])
    assert median_filter(x, 3).tolist() == [[9.0, 0.0, 0.0, 0.0, 5.0, 5.0, 5.0, 5.0]]  # mirrored: 9 0 9 … 5 0 5
    assert median_filter(x[:, :1], 3).tolist() == [[0.0]]  # too short to be filtered


def test_tokens_begin_where_attention_says() -> None:
    """Two heads attend to positions 0 to 9, 10 to 29 and 30 to 49 for three tokens; one start token is skipped."""
    scores = torch.zeros(2, 5, 50)  # start, one row before each of three tokens, the end of text
    for row, (begin, end) in enumerate([(0, 10), (10, 30), (30, 50)], start=1):
        scores[:, row, begin:end] = 8.0
    assert _token_times(scores, 1).tolist() == [0, 10, 30]
