"""Connections to the HTTP server: not too many, and none on which no request comes.

uvicorn waits for ever for the first byte of a request, and for the last of its headers; and what comes of a body that
was refused it reads and throws away, without an end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from asyncio import Transport

    import h11

MOST_CONNECTIONS = 128  # of the 1,024 files that a process may have open
IDLE_SECONDS = 15.0  # without a request that is being answered
LOOK_SECONDS = 1.0


class Connection(H11Protocol):
    """A connection that ends by itself."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # as uvicorn's own
        """Begin, or end at once if there are too many."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
            return
        self._idle_since = self.loop.time()
        self._look()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Go on with a WebSocket; a handshake that is not ASCII makes its library fail."""
        if all(value.isascii() for _, value in self.headers):
            super().handle_websocket_upgrade(event)
        else:
            self.send_400_response("the headers of a WebSocket must be ASCII")

    def _look(self) -> None:
        # A WebSocket has taken the connection over, and looks after itself.
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        now = self.loop.time()
        if self.cycle and not self.cycle.response_complete:
            self._idle_since = now
        if now - self._idle_since > IDLE_SECONDS:
            self.transport.abort()
            return
        self.loop.call_later(LOOK_SECONDS, self._look)
