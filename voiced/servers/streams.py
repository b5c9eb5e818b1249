"""WebSockets: everything that the daemon tells, live; and the microphone of a browser or a phone as another ear.

`/api/events` sends `{"topic", "payload", "retained"}` for each message. `/api/stream` takes frames of mono PCM, 16 bit
little-endian, 16 kHz, of any length, and answers with events as `{"event": …}`. Its commands are carried out as those
of the daemon's own microphone; with `?wake=false` it listens at once, and again after each command.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from voiced.servers.remote_ear import MOST_EARS, RemoteEar

if TYPE_CHECKING:
    from voiced.servers.house import House

NOT_SOUND, FAILED, TRY_LATER = 1003, 1011, 1013  # codes of a WebSocket that is closed (RFC 6455 and IANA)
MOST_LISTENERS = 50


def router(house: House) -> APIRouter:
    """Return the two WebSockets."""
    routes = APIRouter()
    listeners, ears = set[WebSocket](), set[RemoteEar]()

    @routes.websocket("/api/events")
    async def events(socket: WebSocket) -> None:
        await socket.accept()
        if len(listeners) >= MOST_LISTENERS:
            await socket.close(TRY_LATER, f"{MOST_LISTENERS} programs listen already")
            return
        listeners.add(socket)
        try:
            await _tell_all(house, socket)
        finally:
            listeners.discard(socket)

    @routes.websocket("/api/stream")
    async def stream(socket: WebSocket, *, wake: bool = True) -> None:
        await socket.accept()
        # One that is left still answers what it has heard.
        ears.difference_update([ear for ear in ears if not ear.hears])
        if len(ears) >= MOST_EARS:
            await socket.close(TRY_LATER, f"{MOST_EARS} microphones are connected already")
            return
        ears.add(ear := RemoteEar(house, needs_wake_word=wake))
        sending = asyncio.create_task(_send(socket, ear))
        try:
            while True:
                ear.hear(await socket.receive_bytes())
        except WebSocketDisconnect:
            pass
        except KeyError:  # a text, where sound should be
            await socket.close(NOT_SOUND, "sound must come as bytes: PCM of 16 bit, mono, 16 kHz")
        finally:
            ear.close()
            sending.cancel()

    return routes


async def _tell_all(house: House, socket: WebSocket) -> None:
    with house.hub.listening() as told:
        gone = asyncio.create_task(_gone(socket))
        try:
            while message := await _next(told, gone):
                payload = _parsed(message.payload)
                await socket.send_json({"topic": message.topic, "payload": payload, "retained": message.retained})
        except WebSocketDisconnect:
            return
        finally:
            gone.cancel()
    if not gone.done():
        await socket.close(TRY_LATER, "too slow")


async def _next(told: asyncio.Queue[Any], gone: asyncio.Task[None]) -> Any:
    """Return the next message; None if whoever listens is gone."""
    coming = asyncio.ensure_future(told.get())
    await asyncio.wait([coming, gone], return_when=asyncio.FIRST_COMPLETED)
    if coming.done():
        return coming.result()
    coming.cancel()
    return None


async def _gone(socket: WebSocket) -> None:
    """Return when the other side has left; what it sends is not wanted."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _send(socket: WebSocket, ear: RemoteEar) -> None:
    with suppress(WebSocketDisconnect):
        while event := await ear.events.get():
            await socket.send_json(event)
        await socket.close(FAILED, "an internal error ended it")


def _parsed(payload: str) -> Any:
    """Return JSON as what it is, and plain words as text."""
    try:
        return json.loads(payload)
    except ValueError:
        return payload
