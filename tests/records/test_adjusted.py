"""What people changed outlives the daemon, until the config itself is changed; damage costs the changes only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from voiced.records.adjusted import AdjustmentMemory
from voiced.records.state import Writer

if TYPE_CHECKING:
    from pathlib import Path

CONFIGURED: dict[str, float | str] = {"evidence": 0.6, "intents/alexa": "intents"}


def remember(folder: Path, adjusted: dict[str, float | str], configured: dict[str, float | str] = CONFIGURED) -> None:
    writer = Writer()
    AdjustmentMemory(folder, "hall", writer).remember(configured, adjusted)
    writer.close()


def read(folder: Path, configured: dict[str, float | str] = CONFIGURED, site: str = "hall") -> dict[str, float | str]:
    return AdjustmentMemory(folder, site, Writer()).read(configured)


def test_changes_outlive_the_daemon(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    assert read(folder) == {}
    remember(folder, CONFIGURED)
    assert not folder.exists(), "nothing was changed, so nothing is written"
    remember(folder, CONFIGURED | {"evidence": 0.8})
    assert read(folder) == {"evidence": 0.8}
    assert read(folder, site="kitchen") == {}


def test_who_changes_the_config_afterwards_means_it(tmp_path: Path) -> None:
    remember(tmp_path, {"evidence": 0.8, "intents/alexa": "guests"})
    assert read(tmp_path, CONFIGURED | {"evidence": 0.5}) == {"intents/alexa": "guests"}
    assert read(tmp_path, {"evidence": 0.6}) == {"evidence": 0.8}, "the wake word is gone"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"evidence": 3}',
        b'{"evidence": [0.6]}',
        b'{"evidence": [0.6, "x"]}',
        b'{"evidence": [0.6, true]}',
        b"\xff",
        bytes(9),
    ],
)
def test_a_damaged_file_costs_the_changes_only(tmp_path: Path, content: bytes) -> None:
    remember(tmp_path, CONFIGURED | {"evidence": 0.8})
    [file] = tmp_path.iterdir()
    file.write_bytes(content)
    assert read(tmp_path) == {}
