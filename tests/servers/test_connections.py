"""Connections to the HTTP server on which nothing moves are ended, and slow ones are not."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from voiced.servers import connections
from voiced.servers.connections import Connection

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ANSWER = bytes(32 << 20)  # more than the system keeps for a connection
WEBSOCKET = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.6)
    monkeypatch.setattr(connections, "LOOK_SECONDS", 0.1)


async def answer(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        with suppress(OSError):
            while True:
                await send({"type": "websocket.send", "bytes": bytes(1 << 16)})
        return
    if scope["path"] == "/late":
        await asyncio.sleep(1.5)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(ANSWER))]})
    await send({"type": "http.response.body", "body": ANSWER})


@asynccontextmanager
async def asked(path: str, more: bytes = b"") -> AsyncIterator[tuple[Any, socket.socket]]:
    """A server, and a client that has asked for something."""
    listening = socket.create_server(("127.0.0.1", 0))
    settings = uvicorn.Config(answer, http=Connection, log_level="critical", access_log=False, lifespan="off")
    server = uvicorn.Server(settings)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    client.setblocking(False)  # noqa: FBT003 # its only argument
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, listening.getsockname())
    await loop.sock_sendall(client, b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\n" % (path.encode(), more))
    try:
        yield server.server_state.connections, client
    finally:
        client.close()
        server.should_exit = True
        await asyncio.wait([serving], timeout=5)


@pytest.mark.parametrize("more", [b"", WEBSOCKET], ids=["answer", "WebSocket"])
def test_who_takes_nothing_is_let_go(more: bytes) -> None:
    async def hold() -> tuple[int, int]:
        async with asked("/", more) as (kept, _client):
            await asyncio.sleep(0.4)
            before = len(kept)
            await asyncio.sleep(1.5)
            return before, len(kept)

    assert asyncio.run(hold()) == (1, 0)


def test_who_is_slow_gets_all_of_it() -> None:
    async def hold() -> int:
        async with asked("/") as (_kept, client):
            n_bytes, loop = 0, asyncio.get_running_loop()
            while n_bytes < len(ANSWER):
                piece = await loop.sock_recv(client, 1 << 20)
                if not piece:
                    break
                n_bytes += len(piece)
                await asyncio.sleep(0.005)
            return n_bytes

    assert asyncio.run(hold()) >= len(ANSWER)


def test_an_answer_that_takes_long_is_waited_for() -> None:
    async def hold() -> bytes:
        async with asked("/late") as (_kept, client):
            return await asyncio.get_running_loop().sock_recv(client, 15)

    assert asyncio.run(hold()) == b"HTTP/1.1 200 OK"
