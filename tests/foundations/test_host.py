"""The host's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.foundations.host import host_name

if TYPE_CHECKING:
    import pytest


def test_the_domain_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "pi.home.arpa")
    assert host_name() == "pi"
