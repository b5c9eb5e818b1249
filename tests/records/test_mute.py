"""Mute outlives the daemon, and whatever happens to its file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from voiced.records.mute import MuteMemory
from voiced.records.state import Writer

if TYPE_CHECKING:
    from pathlib import Path


def remember(folder: Path, site: str, *, muted: bool) -> None:
    writer = Writer()
    MuteMemory(folder, site, writer).remember(muted=muted)
    writer.close()


def is_muted(folder: Path, site: str = "hall") -> bool:
    return MuteMemory(folder, site, Writer()).muted()


def test_it_outlives_the_daemon(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    assert not is_muted(folder)
    remember(folder, "hall", muted=False)
    assert not is_muted(folder)
    remember(folder, "hall", muted=True)
    assert is_muted(folder)
    assert not is_muted(folder, "kitchen")
    remember(folder, "hall", muted=True)
    remember(folder, "hall", muted=False)
    assert not is_muted(folder)


@pytest.mark.parametrize("content", [b"", bytes(512), b"OFF", b"\xff" * 9])
def test_whatever_a_power_cut_makes_of_the_file_it_stays_muted(tmp_path: Path, content: bytes) -> None:
    remember(tmp_path, "hall", muted=True)
    [file] = tmp_path.iterdir()
    file.write_bytes(content)
    assert is_muted(tmp_path)


@pytest.mark.parametrize("kind", ["folder", "fifo", "dangling link", "link to itself", "link to a folder"])
def test_whatever_stands_there_means_muted_until_it_is_unmuted(
    tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "muted_hall"
    match kind:
        case "folder":
            file.mkdir()
        case "fifo":
            os.mkfifo(file)
        case "dangling link":
            file.symlink_to("nowhere")
        case "link to itself":
            file.symlink_to(file)
        case "link to a folder":
            file.symlink_to("/")
    assert is_muted(tmp_path)
    remember(tmp_path, "hall", muted=True)
    assert is_muted(tmp_path)
    remember(tmp_path, "hall", muted=False)
    assert not is_muted(tmp_path)
    assert caplog.text == ""


@pytest.mark.parametrize("site", ["..", "küche", "a" * 5_000, "a\tb", "\N{GRINNING FACE}" * 99])
def test_any_site_has_a_file_in_the_folder(tmp_path: Path, site: str) -> None:
    remember(tmp_path, site, muted=True)
    assert is_muted(tmp_path, site)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_is_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert not is_muted(tmp_path / "file")
    remember(tmp_path / "file", "hall", muted=True)
    assert "cannot write whether the microphone is muted" in caplog.text
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert not is_muted(tmp_path / "loop")
    assert "cannot tell whether the microphone was muted" in caplog.text
