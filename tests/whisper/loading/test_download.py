"""Downloads from a real HTTP server that misbehaves: it breaks off, lies about lengths, ignores ranges, errs."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar

import pytest

from voiced.whisper.loading.checkpoints import PUBLISHED, Published
from voiced.whisper.loading.download import download

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTENT = random.Random(7).randbytes(300_000)


@dataclass
class Server:
    """What the server does, and what it was asked."""

    content: bytes = CONTENT
    cuts: list[int] = field(default_factory=list)  # bytes after which each next answer breaks off; then no more cuts
    claimed: int | None = None  # a Content-Length that is not so
    ranges: bool = True  # whether it knows them
    shifted: int = 0  # how many bytes later than asked it begins
    statuses: list[int] = field(default_factory=list)  # answers before the first good one
    stall: threading.Event | None = None  # answers half, then waits for this
    trickle: float = 0.0  # seconds between bytes
    asked: list[str] = field(default_factory=list)  # the Range of each request, "" for none
    port: int = 0

    @property
    def model(self) -> Published:
        """A published model that this server has."""
        return replace(
            PUBLISHED["tiny.en"], sha256=hashlib.sha256(CONTENT).hexdigest(), publisher=f"http://127.0.0.1:{self.port}"
        )


class Handler(BaseHTTPRequestHandler):
    server_state: ClassVar[Server]

    def do_GET(self) -> None:
        state = self.server_state
        asked = self.headers.get("Range", "")
        state.asked.append(asked)
        if state.statuses:
            self.send_error(state.statuses.pop(0))
            return
        begin = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and state.ranges else 0
        if begin >= len(state.content) > 0:
            self.send_error(416)
            return
        begin += state.shifted if asked else 0
        body = state.content[begin:]
        self.send_response(206 if asked and state.ranges else 200)
        if asked and state.ranges:
            self.send_header("Content-Range", f"bytes {begin}-{len(state.content) - 1}/{len(state.content)}")
        self.send_header("Content-Length", str(len(body) if state.claimed is None else state.claimed))
        self.end_headers()
        if state.trickle:
            with suppress(OSError):  # whoever asked has given up
                for byte in body:
                    self.wfile.write(bytes([byte]))
                    time.sleep(state.trickle)
        elif state.stall:
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            state.stall.wait(20)
        else:
            self.wfile.write(body[: state.cuts.pop(0)] if state.cuts else body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def serving(state: Server) -> Iterator[Server]:
    handler = type("Bound", (Handler,), {"server_state": state})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


def fetch(state: Server, folder: Path, tries: int = 2) -> list[tuple[int, int]]:
    """Download with that many retries and no pauses; what progress was told."""
    told: list[tuple[int, int]] = []
    download(state.model, folder, lambda done, total: told.append((done, total)), pauses=(0.0,) * tries)
    return told


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_whole_file_arrives_with_progress_and_is_not_fetched_twice(tmp_path: Path) -> None:
    with serving(Server()) as state:
        told = fetch(state, tmp_path / "new" / "folder")
        assert told[0] == (0, len(CONTENT))
        assert told[-1] == (len(CONTENT), len(CONTENT))
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        assert (tmp_path / "new" / "folder" / "tiny.en.pt").read_bytes() == CONTENT
        assert names(tmp_path / "new" / "folder") == ["tiny.en.pt"]

        assert fetch(state, tmp_path / "new" / "folder") == []
        assert state.asked == [""]


def test_broken_connections_are_resumed_where_they_ended(tmp_path: Path) -> None:
    with serving(Server(cuts=[100_000, 50_000, 1, 0])) as state:
        told = fetch(state, tmp_path)
    assert state.asked == ["", "bytes=100000-", "bytes=150000-", "bytes=150001-", "bytes=150001-"]
    assert {total for _, total in told} == {len(CONTENT)}
    assert (tmp_path / "tiny.en.pt").read_bytes() == CONTENT


def test_a_part_from_an_earlier_run_is_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "tiny.en.pt.part").write_bytes(CONTENT[:123_456])
    with serving(Server()) as state:
        told = fetch(state, tmp_path)
    assert state.asked == ["bytes=123456-"]
    assert told[0] == (123_456, len(CONTENT))
    assert names(tmp_path) == ["tiny.en.pt"]


def test_a_server_without_ranges_sends_everything_again(tmp_path: Path) -> None:
    (tmp_path / "tiny.en.pt.part").write_bytes(b"x" * 200_000)
    with serving(Server(ranges=False)) as state:
        fetch(state, tmp_path)
    assert state.asked == ["bytes=200000-"]
    assert (tmp_path / "tiny.en.pt").read_bytes() == CONTENT


def test_a_whole_part_needs_nothing_more(tmp_path: Path) -> None:
    (tmp_path / "tiny.en.pt.part").write_bytes(CONTENT)
    with serving(Server()) as state:
        fetch(state, tmp_path)
    assert (tmp_path / "tiny.en.pt").read_bytes() == CONTENT


def test_a_spoilt_file_of_that_name_is_fetched_anew(tmp_path: Path) -> None:
    (tmp_path / "tiny.en.pt").write_bytes(b"spoilt")
    with serving(Server()) as state:
        fetch(state, tmp_path)
    assert (tmp_path / "tiny.en.pt").read_bytes() == CONTENT


@pytest.mark.parametrize(
    "state",
    [Server(content=CONTENT[::-1]), Server(claimed=1000), Server(content=b"<html>Please log in</html>")],
    ids=["wrong bytes", "a length that is too short", "a web page"],
)
def test_wrong_bytes_are_deleted(tmp_path: Path, state: Server) -> None:
    with serving(state), pytest.raises(ValueError, match=r"not the published file .* and was deleted; try again"):
        fetch(state, tmp_path)
    assert names(tmp_path) == []


def test_a_length_that_is_too_long_ends_with_what_has_arrived_kept(tmp_path: Path) -> None:
    wrong = Server(claimed=len(CONTENT) + 10, ranges=False)
    with serving(wrong) as state, pytest.raises(OSError, match="is kept") as caught:
        fetch(state, tmp_path)
    assert "the connection ended after 300000 of 300010 bytes" in str(caught.value)
    assert len(state.asked) == 4  # once, and again as often as it was allowed without new bytes
    assert names(tmp_path) == ["tiny.en.pt.part"]


def test_a_server_that_never_gets_further_is_given_up(tmp_path: Path) -> None:
    with serving(Server(cuts=[0] * 10)) as state, pytest.raises(OSError, match="ended after 0 of 300000 bytes"):
        fetch(state, tmp_path, tries=3)
    assert len(state.asked) == 4
    assert names(tmp_path) == []


def test_more_than_a_model_has_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the server says so, or goes on for ever."""
    monkeypatch.setattr(Published, "most_bytes", property(lambda _: 200_000))
    with serving(Server()) as state, pytest.raises(OSError, match="sends more than a model of this name has"):
        fetch(state, tmp_path)
    assert names(tmp_path) == []
    with serving(Server(claimed=100_000)) as state, pytest.raises(ValueError, match="not the published file"):
        fetch(state, tmp_path)


def test_a_drip_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiced.whisper.loading.download.SLOWEST_SECONDS", 0.1)
    with (
        serving(Server(trickle=0.002)) as state,
        pytest.raises(OSError, match=r"only \d+ bytes come in a second; .* is kept"),
    ):
        fetch(state, tmp_path)
    assert len(state.asked) == 1
    assert names(tmp_path) == ["tiny.en.pt.part"]


def test_connections_that_bring_next_to_nothing_are_not_tried_for_ever(tmp_path: Path) -> None:
    with serving(Server(cuts=[100] * 10)) as state, pytest.raises(OSError, match="is kept"):
        fetch(state, tmp_path)
    assert len(state.asked) == 3


def test_a_busy_server_is_asked_again(tmp_path: Path) -> None:
    with serving(Server(statuses=[503, 429])) as state:
        fetch(state, tmp_path)
    assert len(state.asked) == 3
    assert names(tmp_path) == ["tiny.en.pt"]


def test_a_refusal_is_final(tmp_path: Path) -> None:
    with serving(Server(statuses=[404])) as state, pytest.raises(OSError, match="the server answers 404 Not Found"):
        fetch(state, tmp_path)
    assert len(state.asked) == 1
    assert names(tmp_path) == []


def test_another_part_than_was_asked_for_is_not_mixed_in(tmp_path: Path) -> None:
    (tmp_path / "tiny.en.pt.part").write_bytes(CONTENT[:1000])
    with serving(Server(shifted=5)) as state, pytest.raises(OSError, match="sends another part of the file"):
        fetch(state, tmp_path)
    assert (tmp_path / "tiny.en.pt.part").read_bytes() == CONTENT[:1000]


def test_nobody_listens(tmp_path: Path) -> None:
    with serving(Server()) as state:
        pass
    with pytest.raises(OSError, match=r"cannot download http://127.0.0.1:\d+/.*: Connection refused; what has arrived"):
        fetch(state, tmp_path)


def test_a_disk_without_room_is_found_before_anything_is_written(tmp_path: Path) -> None:
    missing = shutil.disk_usage(tmp_path).free + 10**12
    with serving(Server(claimed=missing)) as state, pytest.raises(OSError, match=r"there is no room .* MB are missing"):
        fetch(state, tmp_path)
    assert len(state.asked) == 1


def test_a_disk_that_fills_up_says_so_at_once(tmp_path: Path) -> None:
    # A limit on the size of files stands in for the full disk: the write fails with an OSError in the same place.
    script = """
import resource, signal, sys
from pathlib import Path
from tests.whisper.loading.test_download import Server, serving, fetch
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
with serving(Server()) as state:
    try:
        fetch(state, Path(sys.argv[1]))
    except OSError as error:
        print(len(state.asked), error)
"""
    done = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("1 cannot write ")
    assert "File too large; make room" in done.stdout


def test_two_downloads_of_one_model_do_not_mix(tmp_path: Path) -> None:
    stall = threading.Event()
    with serving(Server(stall=stall)) as state:
        half = threading.Event()

        def progress(done: int, _total: int) -> None:
            if done > 0:
                half.set()

        first = threading.Thread(target=download, args=(state.model, tmp_path, progress, ()))
        first.start()
        assert half.wait(20)
        with pytest.raises(OSError, match="is being written by another download"):
            fetch(state, tmp_path)
        state.stall = None
        stall.set()
        first.join()
    assert (tmp_path / "tiny.en.pt").read_bytes() == CONTENT


def test_control_c_keeps_the_part(tmp_path: Path) -> None:
    stall = threading.Event()
    script = """
import sys
from dataclasses import replace
from pathlib import Path
from voiced.whisper.loading.checkpoints import PUBLISHED
from voiced.whisper.loading.download import download
model = replace(PUBLISHED["tiny.en"], sha256="0" * 64, publisher=sys.argv[2])
download(model, Path(sys.argv[1]), lambda done, total: print(done, flush=True))
"""
    with serving(Server(stall=stall)) as state:
        command = [sys.executable, "-c", script, str(tmp_path), state.model.publisher]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout
            while process.stdout.readline().strip() in ("0", "65536"):
                pass
            os.kill(process.pid, signal.SIGINT)
            process.communicate(timeout=20)
        stall.set()
    part = (tmp_path / "tiny.en.pt.part").read_bytes()
    assert 131_072 <= len(part) <= 150_000
    assert CONTENT.startswith(part)
