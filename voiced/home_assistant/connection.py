"""One connection to Home Assistant's WebSocket API: commands, and events between them.

https://developers.home-assistant.io/docs/api/websocket: each message is a JSON object; a command has a number, and its
answer carries that number.
"""

from __future__ import annotations

import json
import socket
import ssl
from contextlib import contextmanager
from importlib.util import find_spec
from time import monotonic
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from voiced.errors import ConfigError, HomeAssistantError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from websockets.sync.client import ClientConnection

ANSWER_SECONDS = 10.0  # for the handshake, and for each answer
LARGEST_BYTES = 64 * 1024 * 1024  # of a message: the states of 10,000 entities are 10 MB
MOST_EVENTS = 1_000  # that may come before one answer


class HomeAwayError(HomeAssistantError):
    """Nobody answers, or not as Home Assistant does: worth another try."""

    exit_code = 1


def require_package() -> None:
    """Raise ConfigError if this installation lacks the library."""
    if find_spec("websockets") is None:
        raise ConfigError(
            ["home_assistant.url: the package websockets is missing; install it: pip install 'voiced[home-assistant]'"]
        )


class Connection:
    """A connection that is logged in; a context manager. HomeAwayError, or HomeAssistantError if it turns us away."""

    def __init__(self, url: str, token: str) -> None:
        """Connect and log in."""
        self.url = url
        self._number = 0
        self._n_events = 0  # that have come and nobody has asked for
        with self._trouble():
            self._socket = _connected(url)
            try:
                self._log_in(token)
            except BaseException:
                self.close()
                raise

    def ask(self, command: str, **data: Any) -> Any:
        """Send a command; return the result. HomeAwayError, also if it is refused."""
        self._number += 1
        number = self._number
        with self._trouble():
            self._socket.send(json.dumps({"id": number, "type": command, **data}))
            until = monotonic() + ANSWER_SECONDS
            for _ in range(MOST_EVENTS):
                answer = self._receive(until - monotonic())
                if answer.get("id") == number and answer.get("type") == "result":
                    return self._result(command, answer)
                self._n_events += answer.get("type") == "event"
        raise HomeAwayError(f"Home Assistant at {self.url} does not answer {command}")

    def changed(self, seconds: float) -> bool:
        """Wait as long for an event that was subscribed to; return whether one has come."""
        if self._n_events:
            self._n_events = 0
            return True
        with self._trouble():
            try:
                return self._receive(seconds).get("type") == "event"
            except TimeoutError:
                return False

    def close(self) -> None:
        """Close; from any thread. Whoever waits meanwhile gets a HomeAwayError."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _log_in(self, token: str) -> None:
        until = monotonic() + ANSWER_SECONDS
        hello = self._receive(until - monotonic())
        if hello.get("type") != "auth_required":
            raise HomeAwayError(f"what answers at {self.url} is not Home Assistant; set home_assistant.url")
        self._socket.send(json.dumps({"type": "auth", "access_token": token}))
        answer = self._receive(until - monotonic())
        if answer.get("type") != "auth_ok":
            raise HomeAssistantError(
                f"Home Assistant at {self.url} refuses the token; "
                "make a long-lived one in its profile page, under Security, and put it into home_assistant.token_file"
            )

    def _receive(self, seconds: float) -> dict[str, Any]:
        text = self._socket.recv(timeout=max(seconds, 0.0))
        message = json.loads(text)
        if not isinstance(message, dict):
            raise ValueError("no JSON object")  # noqa: TRY004 # told as what it is, with other damage
        return message

    def _result(self, command: str, answer: dict[str, Any]) -> Any:
        if answer.get("success"):
            return answer.get("result")
        error = answer.get("error")
        code, told = (error.get("code"), error.get("message")) if isinstance(error, dict) else (None, None)
        if code == "unauthorized":
            raise HomeAssistantError(
                f"Home Assistant at {self.url} refuses {command} to this token; make one for an administrator"
            )
        raise HomeAwayError(f"Home Assistant at {self.url} refuses {command}: {told or code}")

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        """Whatever the network or the other side does becomes one sentence."""
        from websockets.exceptions import WebSocketException  # noqa: PLC0415 # an extra

        try:
            yield
        except ssl.SSLCertVerificationError as error:
            told = f"its certificate is not trusted: {error.verify_message}"
            raise HomeAwayError(f"cannot reach Home Assistant at {self.url}: {told}") from error
        except TimeoutError as error:
            raise HomeAwayError(f"Home Assistant at {self.url} does not answer") from error
        except OSError as error:
            raise HomeAwayError(f"cannot reach Home Assistant at {self.url}: {error.strerror or error}") from error
        except (WebSocketException, ValueError, RecursionError) as error:
            raise HomeAwayError(f"what answers at {self.url} does not speak as Home Assistant does: {error}") from error


def _connected(url: str) -> ClientConnection:
    from websockets.sync.client import connect  # noqa: PLC0415 # an extra

    parts = urlsplit(url)
    secure = parts.scheme == "https"
    # A socket of our own: proxies of the environment are for the world outside.
    plain = socket.create_connection((parts.hostname or "", parts.port or (443 if secure else 80)), ANSWER_SECONDS)
    plain.settimeout(None)  # which was for connecting: a house where nothing changes is silent for hours
    try:
        return connect(
            f"{'wss' if secure else 'ws'}://{parts.netloc}{parts.path}/api/websocket",
            sock=plain,
            ssl=ssl.create_default_context() if secure else None,
            open_timeout=ANSWER_SECONDS,
            close_timeout=1.0,
            max_size=LARGEST_BYTES,
        )
    except BaseException:
        plain.close()
        raise
