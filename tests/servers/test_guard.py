"""Who gets in over HTTP: bounds, tokens in addresses, and the daemon's end."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

import pytest

from voiced.servers.guard import MOST_REQUESTS, Guard

TOKEN = "a+b/c=%"


async def asked(guard: Guard, kind: str = "http", query: str = "", **headers: str) -> list[Any]:
    """What is sent to who asks."""
    told: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request"} if kind == "http" else {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        told.append(message)

    given = [(b"host", b"127.0.0.1"), *((name.encode(), value.encode()) for name, value in headers.items())]
    scope = {"type": kind, "method": "GET", "path": "/api/events", "headers": given, "query_string": query.encode()}
    await guard(scope, receive, send)
    return told


async def late(_scope: Any, _receive: Any, send: Any) -> None:
    await asyncio.sleep(60)
    await send({"type": "http.response.start", "status": 200, "headers": []})


async def soon(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "in"})


def test_who_waits_is_told_that_the_daemon_ends() -> None:
    async def end() -> list[Any]:
        waiting = asyncio.create_task(asked(Guard(late, "")))
        await asyncio.sleep(0.05)
        waiting.cancel()
        return await waiting

    start, body = asyncio.run(end())
    assert start["status"] == 503
    assert json.loads(body["body"])["error"]["message"] == "the daemon ends; try again later"


def test_too_many_requests_at_once() -> None:
    async def flood() -> list[Any]:
        guard = Guard(late, "")
        waiting = [asyncio.create_task(asked(guard)) for _ in range(MOST_REQUESTS)]
        await asyncio.sleep(0.05)
        told = await asked(guard)
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting)
        return [*told, *await asked(Guard(soon, ""))]

    refused, body, then = asyncio.run(flood())
    assert refused["status"] == 429
    assert json.loads(body["body"])["error"]["message"] == "too many requests at once; try again later"
    assert then == {"type": "in"}


@pytest.mark.parametrize(
    ("query", "gets_in"),
    [(f"token={quote(TOKEN)}", True), (f"wake=false&token={quote(TOKEN)}", True), ("token=x", False), ("", False)],
)
def test_a_token_in_the_address_of_a_websocket(query: str, gets_in: bool) -> None:  # noqa: FBT001
    [told] = asyncio.run(asked(Guard(soon, TOKEN), "websocket", query))
    assert told["type"] == ("in" if gets_in else "websocket.close")
    [refused, _] = asyncio.run(asked(Guard(soon, TOKEN), "http", query))
    assert refused["status"] == 401, "addresses of requests stand in logs"


@pytest.mark.parametrize("origin", ["null", "http://evil.example", "http://127.0.0.1:3000", "file://", "x"])
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_pages_of_others(kind: str, origin: str) -> None:
    told = asyncio.run(asked(Guard(soon, ""), kind, origin=origin))[0]
    assert told.get("status", 403) == 403
    assert told["type"] in ("http.response.start", "websocket.close")
