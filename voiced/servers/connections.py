"""Connections to the HTTP server: not too many, and none on which nothing moves.

uvicorn waits for ever for the first byte of a request, for the last of its headers, and for a client to take an answer;
and what comes of a body that was refused it reads and throws away, without an end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from asyncio import Transport

    import h11

MOST_CONNECTIONS = 128  # of the 1,024 files that a process may have open
IDLE_SECONDS = 15.0  # without a request that is being answered, or while nothing of an answer is taken
LOOK_SECONDS = 1.0


class Connection(H11Protocol):
    """A connection that ends by itself."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # as uvicorn's own
        """Begin, or end at once if there are too many."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
            return
        self._idle_since, self._unsent = self.loop.time(), 0
        self._look()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Go on with a WebSocket; a handshake that is not ASCII makes its library fail."""
        if all(value.isascii() for _, value in self.headers):
            super().handle_websocket_upgrade(event)
        else:
            self.send_400_response("the headers of a WebSocket must be ASCII")

    def _look(self) -> None:
        protocol, now = self.transport.get_protocol(), self.loop.time()
        if protocol is None:
            return  # the connection is lost
        unsent = self.transport.get_write_buffer_size()
        # A WebSocket has taken the connection over, or a request is being answered.
        is_ours = protocol is not self or bool(self.cycle and not self.cycle.response_complete)
        if unsent != self._unsent or (is_ours and not unsent):
            self._idle_since = now
        self._unsent = unsent
        if now - self._idle_since > IDLE_SECONDS:
            self.transport.abort()
        else:
            self.loop.call_later(LOOK_SECONDS, self._look)
