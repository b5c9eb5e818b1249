"""Weights of these tests stay as they are read, so that they can be compared."""

from __future__ import annotations

import pytest

from voiced.whisper.kernels import acceleration


@pytest.fixture(autouse=True)
def weights_that_can_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those kept in float16 are packed; `test_kept_in_float16` is about them."""
    monkeypatch.setattr(acceleration, "_float16_pays", lambda: False)
