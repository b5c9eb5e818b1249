"""Posts JSON to Home Assistant's HTTP API, and says what went wrong in one sentence."""

from __future__ import annotations

import json
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from voiced.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST_BYTES = 1_000_000  # of an answer
CONNECT_SECONDS = 3.0
REFUSED_SECONDS = 600.0  # until a token that was refused is tried again
UNAUTHORIZED = 401
_TOLD = {
    UNAUTHORIZED: "Home Assistant refuses the token",
    404: "Home Assistant does not have the integration conversation",
}


class UnreachedError(Exception):
    """It did not get the message: worth another try."""


class RefusedError(Exception):
    """It got the message, or may have got it, and does not do it, or does not say so."""


class Posting:
    """Posts to one Home Assistant."""

    def __init__(self, url: str, token: Callable[[], str]) -> None:
        """Connects, and reads the token, at each message only."""
        self._parts, self._token = urlsplit(url), token
        self._refused, self._refused_until = "", 0.0  # a token, and when it may be tried again

    def post(self, path: str, data: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the JSON object that it answers; UnreachedError, RefusedError."""
        token = self._acceptable()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection = self._connection()
        try:
            connection.connect()
        except (OSError, HTTPException) as error:
            connection.close()
            raise UnreachedError(f"Home Assistant is away ({_reason(error)})") from error
        try:
            connection.sock.settimeout(seconds)
            connection.request("POST", self._parts.path + path, json.dumps(data), headers)
            response = connection.getresponse()
            content = response.read(LARGEST_BYTES)
        except TimeoutError as error:
            raise RefusedError("Home Assistant does not answer") from error
        except (OSError, HTTPException) as error:
            raise RefusedError(f"Home Assistant broke off ({_reason(error)})") from error
        finally:
            connection.close()
        if response.status == UNAUTHORIZED:
            self._refused, self._refused_until = token, monotonic() + REFUSED_SECONDS
        if response.status != 200:  # noqa: PLR2004 # OK
            raise RefusedError(_TOLD.get(response.status, f"Home Assistant could not do it (status {response.status})"))
        return _object(content)

    def _acceptable(self) -> str:
        """Return the token, unless it was refused lately: Home Assistant may ban whoever tries too often."""
        try:
            token = self._token()
        except ConfigError as error:
            raise RefusedError(str(error)) from error
        if token == self._refused and monotonic() < self._refused_until:
            raise RefusedError(_TOLD[UNAUTHORIZED])
        return token

    def _connection(self) -> HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            return HTTPSConnection(host, port, timeout=CONNECT_SECONDS, context=ssl.create_default_context())
        return HTTPConnection(host, port, timeout=CONNECT_SECONDS)


def _reason(error: OSError | HTTPException) -> str:
    """Return what the system says, without its number."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise RefusedError("Home Assistant answers what is no JSON object")
    return found
