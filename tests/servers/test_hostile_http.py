"""The daemon over HTTP with clients of bad manners: each gets one sentence, nothing piles up, the daemon hears on."""

from __future__ import annotations

import asyncio
import io
import json
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
import soundfile
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.broker import wait_until
from voiced.servers import bodies
from voiced.servers.bodies import LARGEST_BYTES, Bodies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.conftest import House

COMMAND = Path(__file__).parents[1] / "sounds/command_lights.ogg"
LONG = 60.0  # seconds, at the most
TOO_LARGE = "the body is larger than 25 MB"
RSS_BYTES = 150 << 20  # that the daemon may grow by


@pytest.fixture(autouse=True)
def _hears_on(house: House) -> Iterator[None]:
    before = memory(house)
    yield
    told = httpx.post(f"{house.url}/api/say", json={"text": "good night"}, timeout=LONG).json()
    assert told["intent"] == "GoodNight"
    assert "Traceback" not in house.daemon.log
    assert memory(house) - before < RSS_BYTES


def memory(house: House) -> int:
    """Bytes that the daemon has in memory."""
    status = Path(f"/proc/{house.daemon.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) << 10


def sentence(answer: httpx.Response, status: int) -> str:
    """What is wrong, in OpenAI's shape."""
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert "\n" not in error["message"]
    return str(error["message"])


def endless(n_bytes: int = LARGEST_BYTES + (2 << 20)) -> Iterator[bytes]:
    for _ in range(0, n_bytes, 1 << 16):
        yield bytes(1 << 16)


# -- bodies ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/say", "/api/recognize", "/v1/audio/transcriptions"])
def test_a_body_of_unknown_length_that_is_too_large(house: House, path: str) -> None:
    kind = "application/json" if path == "/api/say" else "multipart/form-data; boundary=x"
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n' if "x" in kind[-1] else b""

    def body() -> Iterator[bytes]:
        yield head
        yield from endless()

    answer = httpx.post(house.url + path, content=body(), headers={"Content-Type": kind}, timeout=LONG)
    assert sentence(answer, 413) == TOO_LARGE


def test_a_multipart_file_that_is_too_large(house: House) -> None:
    answer = httpx.post(f"{house.url}/api/recognize", files={"file": bytes(LARGEST_BYTES)}, timeout=LONG)
    assert sentence(answer, 413) == TOO_LARGE


def test_ten_thousand_fields(house: House) -> None:
    data = {f"field{i}": "x" for i in range(10_000)}
    answer = httpx.post(f"{house.url}/v1/audio/transcriptions", data=data, files={"file": b"x"}, timeout=LONG)
    assert "Too many fields" in sentence(answer, 400)


def test_a_field_that_is_too_large(house: House) -> None:
    data = {"model": "x" * (2 << 20)}
    answer = httpx.post(f"{house.url}/v1/audio/transcriptions", data=data, files={"file": b"x"}, timeout=LONG)
    assert sentence(answer, 400)


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=y", "text/plain", ""])
def test_a_boundary_that_is_not_there(house: House, kind: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\nRIFF\r\n--x--\r\n'
    answer = httpx.post(f"{house.url}/api/recognize", content=body, headers={"Content-Type": kind}, timeout=LONG)
    assert sentence(answer, 400)


@pytest.mark.parametrize(
    ("content", "told"), [(b"", "is empty"), (b"no sound at all " * 99, "is not a recording that can be read")]
)
@pytest.mark.parametrize("path", ["/api/recognize", "/v1/audio/transcriptions"])
def test_a_file_that_is_no_recording(house: House, path: str, content: bytes, told: str) -> None:
    files, data = {"file": ("a.wav", content)}, {"model": "whisper-1"}
    answer = httpx.post(house.url + path, files=files, data=data, timeout=LONG)
    assert sentence(answer, 400).startswith("a.wav: ")
    assert told in sentence(answer, 400)


@pytest.mark.slow
def test_a_small_file_of_ten_hours(house: House) -> None:
    flac = io.BytesIO()
    with soundfile.SoundFile(flac, "w", 8_000, 1, format="FLAC", subtype="PCM_16") as file:
        for _ in range(600):
            file.write(np.zeros(60 * 8_000, np.int16))
    assert flac.tell() < LARGEST_BYTES
    files, data = {"file": ("long.flac", flac.getvalue())}, {"model": "whisper-1"}
    answer = httpx.post(f"{house.url}/v1/audio/transcriptions", files=files, data=data, timeout=LONG)
    assert sentence(answer, 400) == "long.flac: is longer than 2 hours; cut it into parts"
    answer = httpx.post(f"{house.url}/api/recognize", files=files, timeout=LONG)
    assert sentence(answer, 400) == "long.flac: is longer than 5 minutes; cut it into parts"


@pytest.mark.parametrize(
    "body",
    [
        b'{"text": "' + b"x " * (1 << 19) + b'"}',
        b'{"text": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        b'{"text": NaN}',
        b'{"text": "\xff\xfe"}',
        b'{"text": "\\ud800"}',
        b'{"text": ""}',
        b'{"text": " "}',
        b'{"text": "a\\u0000b"}',
        b"\xff",
        b"[]",
        b"",
        b'{"text": 1}',
    ],
    ids=[
        "1 MB",
        "deep",
        "NaN",
        "not UTF-8",
        "half a character",
        "empty",
        "blank",
        "unprintable",
        "byte",
        "list",
        "nothing",
        "number",
    ],
)
def test_sentences_that_are_none(house: House, body: bytes) -> None:
    answer = httpx.post(
        f"{house.url}/api/say", content=body, headers={"Content-Type": "application/json"}, timeout=LONG
    )
    assert sentence(answer, 400)


def test_a_body_that_trickles() -> None:
    async def trickle(n_bytes: int, seconds: float) -> str:
        async def receive() -> Any:
            await asyncio.sleep(seconds)
            return {"type": "http.request", "body": bytes(n_bytes), "more_body": True}

        with Bodies().limited(receive) as limited:
            try:
                async with asyncio.timeout(1.0):
                    while True:
                        await limited()
            except TimeoutError:
                return "goes on"
            except Exception as error:  # noqa: BLE001 # of a framework
                return str(getattr(error, "detail", error))

    patient = pytest.MonkeyPatch()
    with patient.context() as patched:
        patched.setattr(bodies, "PATIENCE_SECONDS", 0.3)
        assert asyncio.run(trickle(1, 0.05)) == "the body came too slowly"
        assert asyncio.run(trickle(0, 60.0)) == "the body came too slowly"
        assert asyncio.run(trickle(10_000, 0.01)) == "goes on"


def test_all_bodies_together_are_bounded() -> None:
    async def receive() -> Any:
        return {"type": "http.request", "body": bytes(20 << 20), "more_body": False}

    async def upload() -> str:
        together = Bodies()
        for _ in range(3):
            with together.limited(receive) as limited:
                await limited()
        held = [together.limited(receive) for _ in range(6)]
        try:
            for each in held:
                await each.__enter__()()
        except Exception as error:  # noqa: BLE001 # of a framework
            return str(getattr(error, "detail", error))
        return "all are taken"

    assert asyncio.run(upload()) == "too many uploads at once; try again later"


# -- connections -----------------------------------------------------------------------------------


def opened(house: House) -> socket.socket:
    parts = urlsplit(house.url)
    return socket.create_connection((parts.hostname, parts.port), 30)


def ended(connection: socket.socket) -> float:
    """Seconds until the other side closes it."""
    began = time.monotonic()
    try:
        while connection.recv(1 << 16):
            pass
    except ConnectionError:
        pass
    return time.monotonic() - began


@pytest.mark.slow
def test_requests_that_never_end_are_closed(house: House) -> None:
    began = time.monotonic()
    connections = [opened(house) for _ in range(3)]
    for connection, sent in zip(connections, (b"", b"GET / HT", b"GET /health HTTP/1.1\r\nX: "), strict=True):
        connection.sendall(sent)
    for connection in connections:
        with connection:
            ended(connection)
    assert time.monotonic() - began < 25


def test_headers_that_are_too_large(house: House) -> None:
    with suppress(httpx.ReadError, httpx.WriteError):  # the connection is ended, even before all of it was sent
        assert httpx.get(f"{house.url}/health", headers={"X": "x" * 1_000_000}, timeout=LONG).status_code == 400


def test_many_idle_connections_are_not_kept(house: House) -> None:
    connections = [opened(house) for _ in range(200)]
    try:
        files = Path(f"/proc/{house.daemon.process.pid}/fd")
        assert wait_until(lambda: len(list(files.iterdir())) < 250, 5)
    finally:
        for connection in connections:
            connection.close()
    assert wait_until(lambda: httpx.get(f"{house.url}/health", timeout=LONG).status_code == 200, 5)


# -- WebSockets ------------------------------------------------------------------------------------


def stream(house: House, path: str = "/api/stream?wake=false") -> Any:
    return connect(house.url.replace("http", "ws") + path, max_size=None)


def closed(socket: Any) -> tuple[int, str]:
    """Code and reason of the close that comes."""
    try:
        while True:
            socket.recv(LONG)
    except ConnectionClosed as error:
        return (error.rcvd.code, error.rcvd.reason) if error.rcvd else (0, "")


def test_text_that_is_no_utf_8(house: House) -> None:
    parts = urlsplit(house.url)
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    upgrade = f"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}"
    with opened(house) as connection:
        connection.sendall(f"GET /api/events HTTP/1.1\r\nHost: {parts.netloc}\r\n{upgrade}\r\n\r\n".encode())
        assert connection.recv(1_024).startswith(b"HTTP/1.1 101")
        connection.sendall(b"\x81\x82\x00\x00\x00\x00\xff\xfe")
        assert ended(connection) < 10


def test_a_frame_of_100_mb(house: House) -> None:
    with stream(house) as socket:
        try:
            socket.send(bytes(100 << 20))
        except ConnectionClosed:
            return
        assert closed(socket)[0] == 1009


def test_text_where_sound_should_be(house: House) -> None:
    with stream(house) as socket:
        socket.send("turn on the lights")
        assert closed(socket) == (1003, "sound must come as bytes: PCM of 16 bit, mono, 16 kHz")


def test_a_fifth_microphone(house: House) -> None:
    sockets = [stream(house) for _ in range(4)]
    try:
        with stream(house) as another:
            assert closed(another) == (1013, "4 microphones are connected already")
    finally:
        for each in sockets:
            each.close()
    assert wait_until(lambda: is_heard(house), 20)


def is_heard(house: House) -> bool:
    with stream(house) as socket:
        try:
            socket.send(bytes(50_000))
            return "event" in json.loads(socket.recv(2))
        except (ConnectionClosed, TimeoutError):
            return False


def test_what_a_listener_says_is_not_heard(house: House) -> None:
    with stream(house, "/api/events") as socket:
        socket.send("hello")
        socket.send(b"hello")
        httpx.post(f"{house.url}/api/say", json={"text": "good night"}, timeout=LONG)
        told = ""
        while "GoodNight" not in told:
            told = str(socket.recv(LONG))


def test_fifty_listeners_and_one_more(house: House) -> None:
    sockets = [stream(house, "/api/events") for _ in range(50)]
    try:
        with stream(house, "/api/events") as another:
            assert closed(another) == (1013, "50 programs listen already")
        httpx.post(f"{house.url}/api/say", json={"text": "good night"}, timeout=LONG)
        for each in sockets:
            told = ""
            while "GoodNight" not in told:
                told = str(each.recv(LONG))
    finally:
        for each in sockets:
            each.close()


@pytest.mark.slow
def test_a_listener_that_never_reads_costs_little(house: House) -> None:
    parts = urlsplit(house.url)
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    upgrade = f"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}"
    with socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        lazy.connect((parts.hostname, parts.port))
        lazy.sendall(f"GET /api/events HTTP/1.1\r\nHost: {parts.netloc}\r\n{upgrade}\r\n\r\n".encode())
        for i in range(700):
            house.ears.say("voiced/house/mute/set", "ON" if i % 2 == 0 else "OFF")
        assert wait_until(lambda: house.ears.payloads("voiced/house/mute")[-1:] == ["OFF"], LONG)


def test_a_long_prompt_and_long_names(house: House) -> None:
    data = {"model": "whisper-1", "prompt": " " * 900_000 + "Office lights."}
    with COMMAND.open("rb") as file:
        answer = httpx.post(f"{house.url}/v1/audio/transcriptions", data=data, files={"file": file}, timeout=LONG)
    assert answer.status_code == 200
    for name in ("model", "language"):
        named = {"model": "whisper-1", name: "x" * 900_000}
        answer = httpx.post(f"{house.url}/v1/audio/transcriptions", data=named, files={"file": b"x"}, timeout=LONG)
        assert sentence(answer, 400) == f"{name}: String should have at most 100 characters"
