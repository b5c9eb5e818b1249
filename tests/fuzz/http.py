"""Fuzz target: what may be sent to the HTTP server. It is answered with a status that blames whoever sent it."""

from __future__ import annotations

import base64
import json
import re
from functools import cache

import pytest

from tests.audio import made
from tests.fuzz import served
from voiced.servers import openai_api
from voiced.servers.http_server import HttpServer

HOST = b"Host: 127.0.0.1\r\n"
BOUNDARY = b"0123456789"
WORDS = (
    *(
        b"GET ",
        b"POST ",
        b"HTTP/1.1\r\n",
        b"\r\n",
        b"\r\n\r\n",
        HOST,
        b"Host: [",
        b"Host: a]b\r\n",
        b"Origin: http://[\r\n",
    ),
    *(b"Content-Length: ", b"Content-Length: -1\r\n", b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n0\r\n\r\n"),
    *(b"Authorization: Bearer x\r\n", b"Upgrade: websocket\r\n", b"Connection: close\r\n", b"Expect: 100-continue\r\n"),
    *(
        b"/api/say",
        b"/api/mute",
        b"/api/sample?n=",
        b"/v1/models/",
        b"/api/events",
        b"/api/stream",
        b"%00",
        b"%ff",
        b"../",
    ),
    *(
        b'{"text": "',
        b'"muted": ',
        b"NaN",
        b"1e999",
        b"null",
        b"{}",
        b"[" * 5_000,
        b"\\ud800",
        b"--" + BOUNDARY,
        b'name="',
    ),
    *(b"verbose_json", b"temperature", b"timestamp_granularities[]", b"stream", b"true", b"\x89\x80", b"\x82\x7f"),
)
_patch = pytest.MonkeyPatch()
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
FOUND = (  # and mended
    b"GET /health HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n",
    b"GET /health HTTP/1.1\r\nHost: a\r\nOrigin: http://[\r\nConnection: close\r\n\r\n",
    b"GET /api/events HTTP/1.1\r\n%bUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: \xff\r\n\r\n"
    % HOST,
)


@cache
def seeds() -> list[bytes]:
    """Return requests as they should be."""
    plain = [b"/health", b"/metrics", b"/v1/models", b"/v1/models/whisper-1", b"/api/intents", b"/api/sample?n=3"]
    told = {b"/api/say": {"text": served.SAID}, b"/api/mute": {"muted": True}, b"/api/listen": {}}
    sound = made.encoded("WAV", made.tone(0.05))
    form = {"model": "whisper-1", "response_format": "verbose_json", "temperature": "0.2", "language": "en"}
    return [
        *(_request(b"GET", path) for path in (*plain, b"/api/mute", b"/docs", b"/openapi.json")),
        *(_request(b"POST", path, json.dumps(body).encode(), b"application/json") for path, body in told.items()),
        *(_upload(path, form, sound) for path in (b"/v1/audio/transcriptions", b"/v1/audio/translations")),
        _upload(b"/v1/audio/transcriptions", {**form, "stream": "true", "response_format": "json"}, sound),
        _upload(b"/api/recognize", {}, sound),
        _handshake(b"/api/events"),
        _handshake(b"/api/stream?wake=false") + b"\x82\x84\0\0\0\0\1\0\2\0" + b"\x88\x82\0\0\0\0\x03\xe8",
        *FOUND,
    ]


def _request(verb: bytes, path: bytes, body: bytes = b"", kind: bytes = b"") -> bytes:
    length = b"Content-Type: %b\r\nContent-Length: %d\r\n" % (kind, len(body)) if kind else b""
    return b"%b %b HTTP/1.1\r\n%bConnection: close\r\n%b\r\n%b" % (verb, path, HOST, length, body)


def _upload(path: bytes, form: dict[str, str], sound: bytes) -> bytes:
    parts = [b'Content-Disposition: form-data; name="%b"\r\n\r\n%b' % (k.encode(), v.encode()) for k, v in form.items()]
    parts.append(b'Content-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n' + sound)
    body = b"".join(b"--%b\r\n%b\r\n" % (BOUNDARY, part) for part in parts) + b"--%b--\r\n" % BOUNDARY
    return _request(b"POST", path, body, b"multipart/form-data; boundary=" + BOUNDARY)


def _handshake(path: bytes) -> bytes:
    key = base64.b64encode(bytes(16))
    upgrade = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key
    return b"GET %b HTTP/1.1\r\n%b%b\r\n\r\n" % (path, HOST, upgrade)


def target(data: bytes) -> None:
    """Send it, and look at the status."""
    answer = served.answered(_server(), data)
    for status in STATUS.findall(answer):
        assert status < b"500", answer[:300]


def forget() -> None:
    """Leave nothing changed for others in this process."""
    _patch.undo()
    _server.cache_clear()


@cache
def _server() -> str:
    # What the models make of sound is another target's.
    _patch.setattr(openai_api, "_begun", lambda *_: ("en", iter(())))
    address = served.address()
    served.begin(HttpServer(served.house(http=address), ""))
    return address
