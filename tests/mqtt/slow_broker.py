"""A broker that answers when it is told to: as much of MQTT 5 and 3.1.1 as one client needs, over real TCP."""

from __future__ import annotations

import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Self

from tests.broker import wait_until
from voiced.foundations.relay import start_thread

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECT, PUBLISH, PUBREL, SUBSCRIBE, PINGREQ = 1, 3, 6, 8, 12  # types of packets (MQTT 5.0, 2.1.2)
FIVE = 5  # the version in CONNECT


@dataclass(frozen=True)
class Received:
    """A PUBLISH that came."""

    at: float  # second on the monotonic clock
    topic: str
    payload: str
    qos: int
    retain: bool
    expiry: int | None  # Message Expiry Interval in seconds; None: there is none


class SlowBroker:
    """Answers CONNECT after `welcomes[n]` seconds, the n-th connection; the last one repeats. A context manager."""

    def __init__(self, *welcomes: float) -> None:
        self._welcomes = list(welcomes)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        self.port: int = self._server.getsockname()[1]
        self.received: list[Received] = []

    def __enter__(self) -> Self:
        start_thread(self._accept, "slow broker")
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.close()
        self.hang_up()

    def hang_up(self) -> None:
        """End all connections."""
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._connections.clear()

    def actions(self) -> list[Received]:
        """What came, without our own topics."""
        return [one for one in list(self.received) if not one.topic.startswith("voiced/")]

    def wait_for(self, topic: str) -> Received:
        """The first message on a topic; fails if none comes."""
        assert wait_until(lambda: any(one.topic == topic for one in self.received), 10), self.received
        return next(one for one in self.received if one.topic == topic)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                self._connections.append(connection)
                start_thread(partial(self._serve, connection), "slow broker's connection")

    def _serve(self, connection: socket.socket) -> None:
        version = 0
        with suppress(OSError, EOFError):
            for kind, flags, body in packets(connection):
                if kind == CONNECT:
                    version = body[6]
                    time.sleep(self._welcomes.pop(0) if len(self._welcomes) > 1 else self._welcomes[0])
                    connection.sendall(b"\x20\x03\x00\x00\x00" if version == FIVE else b"\x20\x02\x00\x00")
                elif kind == SUBSCRIBE:
                    n_topics = 3
                    properties = b"\x00" if version == FIVE else b""
                    answer = body[:2] + properties + b"\x01" * n_topics
                    connection.sendall(bytes([0x90, len(answer)]) + answer)
                elif kind == PUBLISH:
                    connection.sendall(self._publish(flags, body, version))
                elif kind == PUBREL:
                    connection.sendall(b"\x70\x02" + body[:2])
                elif kind == PINGREQ:
                    connection.sendall(b"\xd0\x00")

    def _publish(self, flags: int, body: bytes, version: int) -> bytes:
        """Note a PUBLISH; return PUBACK, PUBREC or nothing."""
        qos = flags >> 1 & 3
        end = 2 + struct.unpack(">H", body[:2])[0]
        topic, rest = body[2:end].decode(), body[end:]
        packet_id, rest = (rest[:2], rest[2:]) if qos else (b"", rest)
        expiry = None
        if version == FIVE:
            length, rest = rest[0], rest[1:]
            properties, rest = rest[:length], rest[length:]
            if properties:
                assert properties[0] == 2, "Message Expiry Interval is all that we send"
                (expiry,) = struct.unpack(">I", properties[1:5])
        self.received.append(Received(time.monotonic(), topic, rest.decode(), qos, bool(flags & 1), expiry))
        return b"" if qos == 0 else bytes([0x40 if qos == 1 else 0x50, 2]) + packet_id


def packets(connection: socket.socket) -> Iterator[tuple[int, int, bytes]]:
    """Type, flags and body of each packet, until the connection ends; EOFError then."""
    while True:
        first = exactly(connection, 1)[0]
        length = shift = 0
        while True:
            byte = exactly(connection, 1)[0]
            length += (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        yield first >> 4, first & 15, exactly(connection, length)


def exactly(connection: socket.socket, n_bytes: int) -> bytes:
    """The next bytes."""
    found = b""
    while len(found) < n_bytes:
        piece = connection.recv(n_bytes - len(found))
        if not piece:
            raise EOFError
        found += piece
    return found
