"""A house for the servers that are fuzzed: everything but the models, which other targets try."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from tests.broker import free_port
from voiced import grammar
from voiced.config import Config
from voiced.flow import Outcome, Sentence
from voiced.foundations.resources import shipped
from voiced.grammar import understand
from voiced.mqtt.topics import Topics, outcome_events
from voiced.servers.engine import Engine
from voiced.servers.house import House
from voiced.servers.hub import Hub
from voiced.servers.running import Servers

if TYPE_CHECKING:
    from voiced.mqtt.received import Command
    from voiced.servers.running import Server

SAID = "turn on the kitchen lights"  # in every recording
FIRST_BYTE_SECONDS, ANSWER_SECONDS = 0.05, 6.0  # that an answer may take: until something comes, and in all


@cache
def house(**servers: str) -> House:
    """Return a house with those servers in its config; what is told to it is answered as by the daemon."""
    config = Config.model_validate({"site": "hall", "intents": str(shipped("intents")), "servers": servers})
    commands, topics, hub = grammar.load([config.intents]), Topics("hall"), Hub()

    def tell(command: Command) -> None:
        if isinstance(command, Sentence):
            outcome = Outcome(command.id, understand(commands, command.text))
            for event in outcome_events(topics, outcome, datetime.now(UTC)):
                hub.tell(event.topic, event.payload, event.retain)

    pipelines = SimpleNamespace(
        grammar_of=lambda _: commands,
        loaded=SimpleNamespace(name="none"),
        recognize=lambda _: understand(commands, SAID),
        opinion=lambda *_: SimpleNamespace(evidence=0.0),
    )
    serving = cast("Any", lambda: pipelines)
    nobody = cast("Any", None)
    return House(config, topics, hub, Engine(), serving, tell, nobody, {})


def begin(server: Server) -> None:
    """Serve until the process ends."""
    Servers([server]).__enter__()


def address() -> str:
    """Return an address of this machine where nobody listens yet."""
    return f"127.0.0.1:{free_port()}"


def answered(at: str, sent: bytes) -> bytes:
    """Send bytes to a server, and nothing more; return all that comes back until it closes the connection."""
    host, _, port = at.rpartition(":")
    with socket.create_connection((host, int(port)), ANSWER_SECONDS) as connection:
        connection.settimeout(FIRST_BYTE_SECONDS)
        received: list[bytes] = []
        try:
            connection.sendall(sent)
            received.append(connection.recv(1 << 16))
        except TimeoutError:
            pass  # it waits for more
        except ConnectionError:
            return b""  # it did not like the first of it, and did not wait for the rest
        connection.settimeout(ANSWER_SECONDS)
        try:
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(1 << 16):
                received.append(piece)
        except (ConnectionError, OSError) as error:
            assert not isinstance(error, TimeoutError), "the connection is left open"
    return b"".join(received)
