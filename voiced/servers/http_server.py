"""The HTTP server: FastAPI under uvicorn, and a guard before both.

The guard asks for the token, if there is one, takes no body that is too large, and refuses what a web page of somebody
else sends from a browser in the house: such requests name the page in `Origin`, or a foreign name in `Host`.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import json
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI

from voiced import __version__
from voiced.errors import VoicedError
from voiced.foundations.setting_types import host_and_port
from voiced.servers import openai_api, own_api, streams
from voiced.servers.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from voiced.servers.house import House

LARGEST_BODY_BYTES = 25 << 20  # as OpenAI's
OPEN = ("/health",)  # asked by those who only watch
ENDING_SECONDS = 0.3  # for answers that are being sent


class HttpServer:
    """Serves the house over HTTP at the address in its config."""

    name = "servers.http"

    def __init__(self, house: House, token: str) -> None:
        self._house = house
        self._token = token
        assert house.config.servers.http, "asked for"
        self._host, self._port = host_and_port(house.config.servers.http)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Answer while the context lasts; OSError if the port cannot be had."""
        metrics = Metrics(self._house)
        app = Guard(application(self._house, metrics), self._token)
        settings = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", ws_max_size=1 << 20)
        settings.log_config = None
        server = uvicorn.Server(settings)
        running = asyncio.create_task(server.serve(sockets=[self._listening()]))
        counting = asyncio.create_task(metrics.count())
        try:
            yield
        finally:
            counting.cancel()
            server.should_exit = True
            await asyncio.wait([running], timeout=ENDING_SECONDS)

    def _listening(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            return socket.create_server((self._host, self._port), family=family, backlog=64)
        except OSError as error:
            raise VoicedError(f"cannot listen on {self._host} port {self._port}: {error.strerror}") from error


def application(house: House, metrics: Metrics) -> FastAPI:
    """Return the application: everything that can be asked, with a page that tells it."""
    app = FastAPI(title="voiced", version=__version__, docs_url="/docs", redoc_url=None)
    app.include_router(openai_api.router(house))
    app.include_router(own_api.router(house, metrics))
    app.include_router(own_api.grammar_router(house))
    app.include_router(streams.router(house))
    openai_api.tell_errors(app)
    return app


class Guard:
    """Lets in who has the token, and nothing too large."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if refused := self._refusal(scope, headers):
            await _refuse(scope, receive, send, *refused)
        elif scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            await self._app(scope, _limited(receive), send)

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        """Return status and reason if a request must not be answered."""
        host = headers.get("host", "")
        origin = headers.get("origin")
        if not self._token and not _is_own(host):
            return 403, f"the host {host!r} is not this machine's; ask for 127.0.0.1, or set servers.token_file"
        if origin and origin.partition("://")[2] != host:
            return 403, f"pages of {origin!r} may not command the house"
        if self._token and scope["path"] not in OPEN and not self._has_token(scope, headers):
            return 401, "the token is missing or wrong: send 'Authorization: Bearer TOKEN'"
        if int(headers.get("content-length") or 0) > LARGEST_BODY_BYTES:
            return 413, f"the body is larger than {LARGEST_BODY_BYTES >> 20} MB"
        return None

    def _has_token(self, scope: Scope, headers: dict[str, str]) -> bool:
        # Browsers cannot set headers of a WebSocket, so there it may stand in the query.
        given = headers.get("authorization", "").removeprefix("Bearer ").strip()
        if scope["type"] == "websocket" and not given:
            query = dict(part.partition("=")[::2] for part in scope["query_string"].decode("latin-1").split("&"))
            given = query.get("token", "")
        return hmac.compare_digest(given.encode(), self._token.encode())


def _is_own(host: str) -> bool:
    """Whether a `Host` header names this machine by itself: a name of somebody else may be bound to 127.0.0.1."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:  # brackets that hold no address
        return False
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _limited(receive: Receive) -> Receive:
    """Return `receive` that ends a body which becomes larger than it may be: its length need not be told."""
    n_bytes = 0

    async def limited() -> Message:
        nonlocal n_bytes
        message = await receive()
        n_bytes += len(message.get("body", b""))
        return message if n_bytes <= LARGEST_BODY_BYTES else {"type": "http.disconnect"}

    return limited


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, reason: str) -> None:
    if scope["type"] == "websocket":
        await receive()  # its handshake
        await send({"type": "websocket.close", "code": 1008, "reason": reason[:120]})
        return
    body = json.dumps(error_body(reason, "invalid_request_error")).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def error_body(message: str, kind: str, parameter: str | None = None, code: str | None = None) -> dict[str, Any]:
    """Return an error in OpenAI's shape."""
    return {"error": {"message": message, "type": kind, "param": parameter, "code": code}}
