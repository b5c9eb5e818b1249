"""Fuzz target: what a client may send to the Wyoming server. It is answered in events, and the connection ends."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from typing import TYPE_CHECKING

from wyoming.event import async_read_event

from tests.fuzz import served
from voiced.servers.wyoming_server import WyomingServer

if TYPE_CHECKING:
    from collections.abc import Mapping

BLOCK = bytes(2 * 1_600)  # 0.1 s of silence
WORDS = (
    *(b'{"type": "', b'"data_length": ', b'"payload_length": ', b'"data": {', b"}\n", b"\n"),
    *(b'"rate": ', b'"width": ', b'"channels": ', b'"names": ', b'"text": ', b"null", b"true", b"NaN", b"1e999", b"{}"),
    *(b"-1", b"262145", b"9" * 30, b'"audio-chunk"', b'"audio-stop"', b'"detect"', b'"transcribe"', b"[" * 5_000),
)
FOUND: tuple[bytes, ...] = (b"[" * 5_000 + b"\n",)  # mended


@cache
def seeds() -> list[bytes]:
    """Return conversations as they should be."""
    form = {"rate": 16_000, "width": 2, "channels": 1}
    sound = _event("audio-chunk", form, BLOCK)
    command = _event("transcribe", {"language": "en"}) + _event("audio-start", form) + 3 * sound + _event("audio-stop")
    return [
        _event("describe"),
        command,
        command + _event("transcript", {"text": served.SAID}),
        _event("transcript", {"text": served.SAID}),
        _event("recognize", {"text": "set the heating to 21 degrees"}),
        _event("detect", {"names": ["hey_jarvis"]}) + _event("audio-start", form) + sound + _event("audio-stop"),
        _event("audio-start", {"rate": 44_100, "width": 2, "channels": 2}) + sound + _event("audio-stop"),
        _event("ping", {"text": "once"}) + _event("no-such-event", {"deep": [[]]}),
        *FOUND,
    ]


def _event(kind: str, data: Mapping[str, object] | None = None, payload: bytes = b"") -> bytes:
    written = json.dumps(data or {}).encode()
    header = {"type": kind, "data_length": len(written), "payload_length": len(payload)}
    return json.dumps(header).encode() + b"\n" + written + payload


def target(data: bytes) -> None:
    """Send it, and read what comes back as the protocol's own library does."""
    asyncio.run(_read(served.answered(_server(), data)))


@cache
def _server() -> str:
    address = served.address()
    served.begin(WyomingServer(served.house(wyoming=f"tcp://{address}")))
    return address


async def _read(answer: bytes) -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(answer)
    reader.feed_eof()
    while event := await async_read_event(reader):
        assert event.type
