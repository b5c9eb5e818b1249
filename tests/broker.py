"""A throw-away Mosquitto on loopback, a subscriber that remembers, and certificates; knows nothing of our client."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.system_parts import require_program

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HOW_TO_GET = "apt-get install mosquitto mosquitto-clients"


def free_port() -> int:
    """A port of loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Broker:
    """One Mosquitto with its own port and folder, as a context manager; `options` are lines of mosquitto.conf.

    `listener` are the lines that follow the listener's own (TLS), `options` those before it.
    Nothing is kept over a restart, as with Mosquitto's defaults after a crash.
    """

    def __init__(self, *, options: Sequence[str] = ("allow_anonymous true",), listener: Sequence[str] = ()) -> None:
        self.program = require_program("mosquitto", HOW_TO_GET)
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="broker-"))
        self._process: subprocess.Popen[bytes] | None = None
        lines = ["persistence false", "log_dest file " + str(self.log), "log_type all", *options]
        if os.getuid() == 0:
            lines.append("user root")  # it would become `mosquitto`, who may not read the test's folder
        lines += [f"listener {self.port} 127.0.0.1", *listener]
        (self.folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    @property
    def log(self) -> Path:
        """What Mosquitto logged."""
        return self.folder / "mosquitto.log"

    def received(self, topic: str) -> int:
        """How many messages clients have sent to a topic, since the beginning, restarts included."""
        return len(re.findall(rf"Received PUBLISH .*'{topic}'", self.log.read_text()))

    def start(self) -> Self:
        """Start, or start again on the same port; returns when it answers."""
        assert self._process is None, "already running"
        self._process = subprocess.Popen(
            [self.program, "-c", str(self.folder / "mosquitto.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        give_up = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
            except OSError:
                if self._process.poll() is not None or time.monotonic() > give_up:
                    log = self.log.read_text() if self.log.exists() else "no log"
                    raise RuntimeError(f"Mosquitto does not answer: {log}") from None
                time.sleep(0.01)
            else:
                return self

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it, at once by default, and wait until it is gone."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Stop it from answering, with its connections open."""
        assert self._process is not None, "not running"
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it answer again."""
        assert self._process is not None, "not running"
        self._process.send_signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        with suppress(ProcessLookupError):
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Subscriber:
    """Another client that hears everything from its start, and can speak; as a context manager."""

    def __init__(self, port: int, topics: str = "#", username: str | None = None, password: str | None = None) -> None:
        self.messages: list[paho.MQTTMessage] = []
        self._subscribed = False
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self._client.reconnect_delay_set(0.1, 0.5)  # type: ignore[arg-type]  # paho sleeps for fractions too
        self._client.username_pw_set(username, password)
        self._client.on_connect = lambda client, *_: client.subscribe(topics, 2)
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = lambda _client, _userdata, message: self.messages.append(message)
        self._client.connect("127.0.0.1", port)

    def _on_subscribe(self, *_arguments: Any) -> None:
        self._subscribed = True

    def _on_disconnect(self, *_arguments: Any) -> None:
        self._subscribed = False

    def say(self, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
        """Publish, and wait until the broker has it; after a restart of the broker, once we are back."""
        assert wait_until(lambda: self._subscribed, 10), "not connected"
        self._client.publish(topic, payload, 1, retain).wait_for_publish(5)

    def payloads(self, topic: str) -> list[str]:
        """Everything heard on a topic, in order."""
        return [message.payload.decode() for message in list(self.messages) if message.topic == topic]

    def wait_for(self, topic: str, *expected: str, seconds: float = 5) -> None:
        """Fail unless exactly these payloads have come on a topic by then."""
        wait_until(lambda: self.payloads(topic) == list(expected), seconds)
        assert self.payloads(topic) == list(expected)

    def __enter__(self) -> Self:
        self._client.loop_start()
        wait_until(lambda: self._subscribed, 5)
        assert self._subscribed
        return self

    def __exit__(self, *_exception: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class Away:
    """A subscriber to everything with a session that outlives its connection; it is away, as a context manager."""

    def __init__(self, port: int) -> None:
        self._port = port

    def _connected(self, heard: list[str]) -> paho.Client:
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id="away", protocol=paho.MQTTv5)
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho's
        properties.SessionExpiryInterval = 600
        subscribed: list[bool] = []
        client.on_connect = lambda client, *_: client.subscribe("#", 1)
        client.on_subscribe = lambda *_: subscribed.append(True)
        client.on_message = lambda _client, _userdata, message: heard.append(message.topic)
        client.connect("127.0.0.1", self._port, clean_start=False, properties=properties)
        client.loop_start()
        assert wait_until(lambda: bool(subscribed), 5)
        return client

    def __enter__(self) -> Self:
        client = self._connected([])
        client.disconnect()
        client.loop_stop()
        return self

    def returns(self) -> list[str]:
        """Connect again; the topics of what was kept for it."""
        heard: list[str] = []
        client = self._connected(heard)
        wait_until(lambda: bool(heard), 5)
        client.disconnect()
        client.loop_stop()
        return heard

    def __exit__(self, *_exception: object) -> None:
        """It is away already."""


def wait_until(claim: Callable[[], bool], seconds: float) -> bool:
    """Wait until it is so, for so many seconds at most."""
    give_up = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.01)
    return True


def make_certificates(folder: Path) -> None:
    """An authority (ca.crt), what it signed (broker.crt for localhost, client.crt), and a stranger (other.crt)."""
    openssl = require_program("openssl", "apt-get install openssl")

    def run(*arguments: str) -> None:
        subprocess.run([openssl, *arguments], cwd=folder, check=True, capture_output=True)

    for authority in ("ca", "other"):
        request = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN=test {authority}")
        run(*request, "-keyout", f"{authority}.key", "-out", f"{authority}.crt")
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    for leaf in ("broker", "client"):
        run(
            "req",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            f"/CN={leaf}",
            "-keyout",
            f"{leaf}.key",
            "-out",
            f"{leaf}.csr",
        )
        sign = ("x509", "-req", "-in", f"{leaf}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial")
        run(*sign, "-days", "2", "-extfile", "names", "-out", f"{leaf}.crt")
