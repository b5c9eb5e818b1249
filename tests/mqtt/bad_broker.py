"""Brokers that are none, or behave badly: each accepts TCP, and does one thing wrong with each connection."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Self

from voiced.foundations.relay import start_thread

if TYPE_CHECKING:
    from collections.abc import Callable

WELCOME = b"\x20\x03\x00\x00\x00"  # CONNACK of MQTT 5: success


def silent(connection: socket.socket) -> None:
    """Never answers."""
    time.sleep(20)
    connection.close()


def refusing(code: int) -> Callable[[socket.socket], None]:
    """Answers CONNECT with a reason code."""

    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(bytes([0x20, 0x03, 0x00, code, 0x00]))

    return answer


def saying(*pieces: bytes, welcome: bool = False) -> Callable[[socket.socket], None]:
    """Answers CONNECT with these bytes, after a welcome or without, and closes."""

    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        if welcome:
            connection.sendall(WELCOME)
            connection.recv(4096)
        for piece in pieces:
            connection.sendall(piece)
        time.sleep(0.05)

    return answer


def endless(connection: socket.socket) -> None:
    """Welcomes, and sends a message that is longer than memory."""
    connection.recv(4096)
    connection.sendall(WELCOME + b"\x30\xff\xff\xff\x7f\x00\x01a")
    with suppress(OSError):
        for _ in range(300):
            connection.sendall(bytes(1_000_000))


PUBLISH = b"\x32\x15\x00\x10voiced/x/say/set\x00"  # cut short: its packet id and properties are missing

BAD = {  # name → what it does
    "closes at once": lambda _connection: None,
    "never answers": silent,
    "speaks HTTP": saying(b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html>"),
    "speaks SSH": saying(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "sends zeros": saying(bytes(4_096)),
    "sends noise": saying(bytes(range(255, -1, -1)) * 16),
    "is cut off in its answer": saying(b"\x20\x03\x00"),
    "claims a length that is none": saying(b"\x20\xff\xff\xff\xff\xff"),
    "is busy": refusing(137),
    "bans us": refusing(138),
    "does not let us in": refusing(135),
    "welcomes and closes": saying(welcome=True),
    "welcomes and sends noise": saying(bytes(range(1, 256)) * 16, welcome=True),
    "welcomes and sends a broken message": saying(PUBLISH, b"\xff" * 5, welcome=True),
    "welcomes and sends a topic that is no text": saying(b"\x30\x06\x00\x02\xff\xfe\x00x", welcome=True),
    "welcomes and sends a message without end": endless,
    "welcomes and says goodbye": saying(b"\xe0\x01\x8b", welcome=True),
}


class BadBroker:
    """Serves each connection in a thread of its own; counts them. A context manager."""

    def __init__(self, serve: Callable[[socket.socket], None], port: int = 0) -> None:
        self._serve = serve
        self._server = socket.create_server(("127.0.0.1", port))
        self.port: int = self._server.getsockname()[1]
        self.connections: list[float] = []  # when each came, in seconds of the monotonic clock

    def __enter__(self) -> Self:
        start_thread(self._accept, "bad broker")
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                self.connections.append(time.monotonic())
                start_thread(partial(self._one, connection), "bad broker's connection")

    def _one(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self._serve(connection)
