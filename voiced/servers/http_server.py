"""The HTTP server: FastAPI under uvicorn, and a guard before both."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from voiced import __version__
from voiced.foundations.setting_types import host_and_port
from voiced.servers import openai_api, own_api, page, streams
from voiced.servers.connections import Connection
from voiced.servers.guard import Guard
from voiced.servers.metrics import Metrics
from voiced.servers.running import cannot_listen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from voiced.servers.house import House

log = logging.getLogger(__name__)

LARGEST_FRAME_BYTES = 1 << 20  # of a WebSocket: half a minute of sound
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
        settings = uvicorn.Config(
            app, http=Connection, log_level="error", access_log=False, lifespan="off", ws_max_size=LARGEST_FRAME_BYTES
        )
        settings.log_config = None
        # What others send wrongly is told to them; in our log it would stand as often as they like.
        logging.getLogger("python_multipart").setLevel(logging.ERROR)
        logging.getLogger("uvicorn.error").addFilter(_is_ours)
        server = uvicorn.Server(settings)
        running = asyncio.create_task(server.serve(sockets=[self._listening()]))
        counting = asyncio.create_task(metrics.count())
        for task in (running, counting):
            task.add_done_callback(_note_end)
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
            raise cannot_listen(self._host, self._port, error) from error


def application(house: House, metrics: Metrics) -> FastAPI:
    """Return the application: everything that can be asked, with a page that tells it."""
    app = FastAPI(title="voiced", version=__version__, docs_url=None, redoc_url=None)
    app.include_router(openai_api.router(house))
    app.include_router(own_api.router(house, metrics))
    app.include_router(own_api.grammar_router(house))
    app.include_router(streams.router(house))
    openai_api.tell_errors(app)
    page.serve(app)
    return app


def _note_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("an internal error ended a part of the HTTP server", exc_info=error)


def _is_ours(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith("Invalid UTF-8")
