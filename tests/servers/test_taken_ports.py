"""Ports that are taken, and clients that take nothing: one sentence, and the others are served."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest

from tests.broker import free_port, wait_until
from tests.fuzz import served
from voiced.servers import wyoming_server
from voiced.servers.http_server import HttpServer
from voiced.servers.running import Servers
from voiced.servers.wyoming_server import WyomingServer

if TYPE_CHECKING:
    from voiced.servers.running import Server


@pytest.mark.parametrize("name", ["http", "wyoming"])
def test_a_port_that_is_taken_is_one_sentence(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        house = served.house(**{name: f"127.0.0.1:{port}"})
        server: Server = HttpServer(house, "") if name == "http" else WyomingServer(house)
        with Servers([server]):
            pass
    [record] = caplog.records
    told = f"servers.{name}: cannot listen on 127.0.0.1 port {port}: Address already in use; going on without it"
    assert record.getMessage() == told
    assert record.exc_info is None


def test_a_client_that_takes_nothing_is_let_go(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(wyoming_server, "TAKING_SECONDS", 0.3)
    port = free_port()
    with Servers([WyomingServer(served.house(wyoming=f"127.0.0.1:{port}"))]), socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        lazy.connect(("127.0.0.1", port))
        lazy.settimeout(0.5)

        def is_let_go() -> bool:
            try:
                lazy.sendall(b'{"type": "ping", "data": {"text": "' + b"x" * 100_000 + b'"}}\n')
            except TimeoutError:
                return False
            except OSError:
                return True
            return False

        assert wait_until(is_let_go, 20)
        with socket.create_connection(("127.0.0.1", port), 5) as client:
            client.sendall(b'{"type": "ping"}\n')
            assert json.loads(client.makefile().readline())["type"] == "pong"
    assert "Traceback" not in caplog.text
