"""The state folder: what is written is there, or what was there before; and nobody waits for a disk."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from tests.broker import wait_until
from voiced.records.state import Writer, write_bytes

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_what_was_written_is_read(tmp_path: Path) -> None:
    write_bytes(tmp_path / "deep" / "file", b"first")
    write_bytes(tmp_path / "deep" / "file", b"second")
    assert (tmp_path / "deep" / "file").read_bytes() == b"second"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["file"]
    assert (tmp_path / "deep" / "file").stat().st_mode & 0o077 == 0


def test_what_a_power_cut_left_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(b"half")
    write_bytes(tmp_path / "file", b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_link_that_somebody_put_there_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / "file.part").symlink_to(tmp_path / "precious")
    write_bytes(tmp_path / "file", b"state")
    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert not (tmp_path / "file").is_symlink()


def test_nobody_waits_for_a_disk_that_hangs_and_the_newest_is_written() -> None:
    answers, hangs, written = Writer(), threading.Event(), list[int]()
    began = time.monotonic()
    answers.write("nothing", hangs.wait)  # type: ignore[arg-type] # what it returns is of no concern
    for number in range(1_000):
        answers.write("number", lambda number=number: written.append(number))  # type: ignore[misc] # bound to each
    answers.write("word", lambda: written.append(-1))
    assert time.monotonic() - began < 1
    assert written == []
    hangs.set()
    answers.close()
    assert written == [999, -1]


def test_what_cannot_be_written_is_one_warning_and_the_rest_is_written(caplog: pytest.LogCaptureFixture) -> None:
    writer, written = Writer(), list[str]()

    def fails() -> None:
        raise ZeroDivisionError("no disk")

    for _ in range(3):
        writer.write("wakes", fails)
        writer.close()
    writer.write("mute", lambda: written.append("mute"))
    writer.close()
    assert wait_until(lambda: written == ["mute"], 5)
    assert caplog.text.count("cannot write wakes: no disk") == 1
