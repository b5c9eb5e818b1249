"""The bar fills with its share, keeps its width, and never overflows."""

from __future__ import annotations

import pytest

from voiced.foundations.terminal import bar


@pytest.mark.parametrize(
    ("share", "drawn"), [(0, "|    |"), (0.5, "|##  |"), (1, "|####|"), (-1, "|    |"), (7.0, "|####|")]
)
def test_bar(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn
