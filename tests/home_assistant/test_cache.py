"""Names that are kept for when Home Assistant is away."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from voiced.grammar.house import Entity, House, Place
from voiced.home_assistant.cache import Known, file_of, read, write

if TYPE_CHECKING:
    from pathlib import Path

HOUSE = House((Entity("Gate", "cover", ("door",), "garage"), Entity("Lamp", "light")), (Place("Kitchen"),), ())


def test_what_is_kept_is_read(tmp_path: Path) -> None:
    write(tmp_path / "house.json", Known(HOUSE, "de"))
    assert read(tmp_path / "house.json") == Known(HOUSE, "de")
    assert (tmp_path / "house.json").stat().st_mode & 0o777 == 0o600


def test_nothing_was_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert read(tmp_path / "house.json") is None
    assert not caplog.messages


KEPT = {"house": {"entities": [], "areas": [], "floors": []}, "language": "en"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        json.dumps(KEPT | {"language": 3}).encode(),
        json.dumps(KEPT | {"house": {"entities": [{"name": 3}], "areas": [], "floors": []}}).encode(),
        json.dumps(KEPT | {"house": {"entities": [], "areas": [3], "floors": []}}).encode(),
        json.dumps(KEPT | {"house": None}).encode(),
    ],
)
def test_damage_is_forgotten(tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "house.json").write_bytes(content)
    assert read(tmp_path / "house.json") is None
    assert "house.json are forgotten: it is damaged" in caplog.text


def test_another_address_is_another_house(tmp_path: Path) -> None:
    assert file_of(tmp_path, "http://a:1") != file_of(tmp_path, "http://a:2")
