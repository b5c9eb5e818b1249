"""Keeps an event loop in a thread, in which servers live: begun before the daemon listens, ended before it leaves.

A server that cannot begin, as on a port that is taken, is told at the start; one that fails later is logged. Neither
ends the daemon.
"""

from __future__ import annotations

import asyncio
import logging
import os
from concurrent.futures import Future, InvalidStateError
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Protocol, Self

from voiced.errors import VoicedError
from voiced.foundations.relay import start_thread

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence
    from contextlib import AbstractAsyncContextManager

log = logging.getLogger(__name__)

BEGINNING_SECONDS, ENDING_SECONDS = 10.0, 0.5


class Server(Protocol):
    """A server: while its context lasts it answers."""

    name: str

    def serving(self) -> AbstractAsyncContextManager[object]:
        """Begin to answer; VoicedError, in one sentence, if that cannot be."""


class Servers:
    """Servers as a context manager; without any nothing is started."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self._servers = servers
        self._begun: Future[None] = Future()
        self._end: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Begin; what cannot begin is logged, and the others do."""
        if self._servers:
            self._thread = start_thread(self._serve, "servers")
            try:
                self._begun.result(BEGINNING_SECONDS)
            except TimeoutError:  # as an announcement to a strange network may
                log.warning("the servers take longer than %.0f s to begin; not waiting for them", BEGINNING_SECONDS)
        return self

    def __exit__(self, *_exception: object) -> None:
        """End; a server that hangs ends with the program."""
        if self._loop and self._end and self._thread:
            with suppress(RuntimeError):  # the loop has ended before
                self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(ENDING_SECONDS)

    def _serve(self) -> None:
        try:
            asyncio.run(self._run())
        except Exception:
            log.exception("an internal error ended the servers; going on without them")
        with suppress(InvalidStateError):
            self._begun.set_result(None)

    async def _run(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(_note)
        async with AsyncExitStack() as stack:
            for server in self._servers:
                await _begin(server, stack)
            self._begun.set_result(None)
            await self._end.wait()


async def _begin(server: Server, stack: AsyncExitStack) -> None:
    try:
        await stack.enter_async_context(server.serving())
    except (VoicedError, OSError) as error:
        log.error("%s: %s; going on without it", server.name, error)  # noqa: TRY400 # the user's matter: no traceback
    except Exception:
        log.exception("an internal error ended the beginning of %s; going on without it", server.name)


def _note(_loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """Log what nobody waited for."""
    error = context.get("exception")
    log.error("an internal error in a server: %s", context["message"], exc_info=error)  # type: ignore[arg-type] # so it is


def cannot_listen(host: str, port: int, error: OSError) -> VoicedError:
    """Return the sentence that tells why a port cannot be had."""
    # asyncio adds the address to what the system says.
    why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
    return VoicedError(f"cannot listen on {host} port {port}: {why}")
