"""Who gets in over HTTP, and how much at once.

The guard asks for the token, if there is one, takes no body that is too large, and refuses what a web page of somebody
else sends from a browser in the house: such requests name the page in `Origin`, or a foreign name in `Host`.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from voiced.servers.bodies import LARGEST_BYTES, TOLD, TOO_LARGE, TOO_MANY, Bodies

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

UNAUTHORIZED, UNAVAILABLE = 401, 503
OPEN = ("/health",)  # asked by those who only watch
MOST_REQUESTS = 64  # that are being answered


class Guard:
    """Lets in who has the token, and nothing too large."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token
        self._bodies = Bodies()
        self._n_requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if refused := self._refusal(scope, headers):
            await _refuse(scope, receive, send, *refused)
            return
        if scope["type"] == "websocket":
            with suppress(asyncio.CancelledError):  # the daemon ends
                await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # asked by those who only watch; the server leaves the body out
            scope = {**scope, "method": "GET"}
        self._n_requests += 1
        try:
            with self._bodies.limited(receive) as limited:
                await self._answered(scope, limited, send)
        finally:
            self._n_requests -= 1

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a request answered, also if the daemon ends meanwhile."""
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except asyncio.CancelledError:
            if not begun:
                await _refuse(scope, receive, send, UNAVAILABLE, "the daemon ends; try again later")

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        """Return status and reason if a request must not be answered."""
        host = headers.get("host", "")
        origin = headers.get("origin")
        if not self._token and not _is_own(host):
            return 403, f"the host {host!r} is not this machine's; ask for 127.0.0.1, or set servers.token_file"
        if origin and origin.partition("://")[2] != host:
            return 403, f"pages of {origin!r} may not command the house"
        if self._token and scope["path"] not in OPEN and not self._has_token(scope, headers):
            return UNAUTHORIZED, "the token is missing or wrong: send 'Authorization: Bearer TOKEN'"
        if int(headers.get("content-length") or 0) > LARGEST_BYTES:
            return TOO_LARGE, TOLD
        if self._n_requests >= MOST_REQUESTS:
            return TOO_MANY, "too many requests at once; try again later"
        return None

    def _has_token(self, scope: Scope, headers: dict[str, str]) -> bool:
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            given = ""
        # Browsers cannot set headers of a WebSocket, so there it may stand in the query.
        if scope["type"] == "websocket" and not given:
            query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
            given = query.get("token", "")
        return hmac.compare_digest(given.strip().encode(), self._token.encode())


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


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, reason: str) -> None:
    if scope["type"] == "websocket":
        await receive()  # its handshake
        await send({"type": "websocket.close", "code": 1008, "reason": reason[:120]})
        return
    body = json.dumps(error_body(reason, "invalid_request_error")).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == UNAUTHORIZED:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def error_body(message: str, kind: str, parameter: str | None = None, code: str | None = None) -> dict[str, Any]:
    """Return an error in OpenAI's shape."""
    return {"error": {"message": message, "type": kind, "param": parameter, "code": code}}
