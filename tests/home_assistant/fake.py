"""A small Home Assistant: its WebSocket API, and the part of its HTTP API that voiced uses; as its documents say.

Everything it answers can be changed by a test, also into nonsense.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

TOKEN = "right"
MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE = 0x1, 0x8


class Server(ThreadingHTTPServer):
    """Says nothing of connections that a test has broken."""

    def handle_error(self, *_request: object) -> None:
        pass


class FakeHomeAssistant:
    """A server on a port of its own, as a context manager."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {  # command → result; a function of the command; an exception: refused
            "get_config": {"state": "RUNNING", "language": "en"},
            "subscribe_events": None,
            "conversation/agent/homeassistant/debug": {},
            "config/area_registry/list": [{"area_id": "kitchen", "name": "Kitchen", "aliases": ["galley"]}],
            "config/floor_registry/list": [{"floor_id": "first", "name": "First floor", "aliases": []}],
            "homeassistant/expose_entity/list": {"exposed_entities": {}},
            "config/entity_registry/get_entries": {},
            "get_states": [],
        }
        self.asked: list[str] = []
        self.posted: list[tuple[str, Any]] = []  # path, JSON
        self.posts: dict[str, Any] = {}  # path → answer; an int: that status
        self.greeting: Any = {"type": "auth_required"}
        self.raw: bytes | None = None  # sent instead of any result
        self._sockets: list[tuple[Any, threading.Lock, list[int]]] = []

    def expose(self, **names: str) -> None:
        """Expose entities: `light__desk="Desk lamp"`."""
        for entity, name in names.items():
            self.add(entity.replace("__", "."), name)

    def add(self, entity: str, name: str, **attributes: Any) -> None:
        """Expose one entity."""
        self.answers["homeassistant/expose_entity/list"]["exposed_entities"][entity] = {"conversation": True}
        state = {"entity_id": entity, "state": "on", "attributes": {"friendly_name": name, **attributes}}
        self.answers["get_states"].append(state)

    def fire(self) -> None:
        """Tell all subscribers that something has changed."""
        for stream, lock, numbers in list(self._sockets):
            for number in numbers[:1]:
                with suppress(OSError, ValueError):
                    _send(stream, lock, {"id": number, "type": "event", "event": {}})

    def drop(self) -> None:
        """Break all connections."""
        for stream, _, _ in list(self._sockets):
            with suppress(OSError, ValueError):
                stream.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def start(self, port: int = 0) -> None:
        """Begin to answer."""
        home = self

        class Request(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                home._serve(self)  # its own

            def do_POST(self) -> None:
                home._answer_post(self)  # its own

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = Server(("127.0.0.1", port), Request)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def encrypt(self, context: Any) -> None:
        """Speak TLS from now on."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def stop(self) -> None:
        """End, with all connections."""
        self._server.shutdown()
        self.drop()
        self._server.server_close()

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def _answer_post(self, request: BaseHTTPRequestHandler) -> None:
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        self.posted.append((request.path, body))
        answer = self.posts.get(request.path, 404)
        answer = answer(body) if callable(answer) else answer
        if request.headers["Authorization"] != f"Bearer {TOKEN}":
            answer = 401
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        request.send_response(answer if isinstance(answer, int) else 200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        key = request.headers.get("Sec-WebSocket-Key")
        if request.path != "/api/websocket" or not key:
            request.send_error(404)
            return
        accept = base64.b64encode(hashlib.sha1((key + MAGIC).encode()).digest()).decode()
        upgrade = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        request.wfile.write(b"HTTP/1.1 101 Switching Protocols\r\n" + upgrade.encode())
        request.close_connection = True
        lock, numbers = threading.Lock(), list[int]()
        known = (request.wfile, lock, numbers)
        self._sockets.append(known)
        with suppress(OSError, ValueError, EOFError):
            self._talk(request, lock, numbers)
        self._sockets.remove(known)

    def _talk(self, request: BaseHTTPRequestHandler, lock: threading.Lock, numbers: list[int]) -> None:
        _send(request.wfile, lock, self.greeting)
        if json.loads(_receive(request.rfile)).get("access_token") != TOKEN:
            _send(request.wfile, lock, {"type": "auth_invalid", "message": "Invalid access token or password"})
            return
        _send(request.wfile, lock, {"type": "auth_ok"})
        while True:
            command = json.loads(_receive(request.rfile))
            self.asked.append(command["type"])
            if command["type"] == "subscribe_events":
                numbers.append(command["id"])
            if self.raw is not None:
                with lock:
                    request.wfile.write(self.raw)
                continue
            _send(request.wfile, lock, self._result(command))

    def _result(self, command: dict[str, Any]) -> dict[str, Any]:
        result = self.answers.get(command["type"], LookupError("unknown_command"))
        result = result(command) if callable(result) else result
        told = {"id": command["id"], "type": "result", "success": not isinstance(result, Exception)}
        if isinstance(result, Exception):
            return told | {"error": {"code": str(result), "message": str(result)}}
        return told | {"result": result}


def _send(stream: Any, lock: threading.Lock, message: Any) -> None:
    content = json.dumps(message).encode()
    length = len(content)
    if length < 126:
        head = bytes([0x80 | TEXT, length])
    elif length < 2**16:
        head = bytes([0x80 | TEXT, 126]) + struct.pack("!H", length)
    else:
        head = bytes([0x80 | TEXT, 127]) + struct.pack("!Q", length)
    with lock:
        stream.write(head + content)
        stream.flush()


def _receive(stream: Any) -> bytes:
    """The next text; EOFError at the end."""
    while True:
        first, second = _exactly(stream, 2)
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", _exactly(stream, 2))
        elif length == 127:
            (length,) = struct.unpack("!Q", _exactly(stream, 8))
        mask = _exactly(stream, 4)
        content = bytes(byte ^ mask[i % 4] for i, byte in enumerate(_exactly(stream, length)))
        if first & 0x0F == CLOSE:
            raise EOFError
        if first & 0x0F == TEXT:
            return content


def _exactly(stream: Any, n_bytes: int) -> bytes:
    content: bytes = stream.read(n_bytes)
    if len(content) < n_bytes:
        raise EOFError
    return content
