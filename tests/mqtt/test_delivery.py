"""Messages over one connection: sent, confirmed, refused or overdue; and the brokers that `publish_once` meets."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import pytest
from amqtt.broker import Broker as Amqtt

from tests.broker import Broker, free_port
from voiced.config import MqttSettings
from voiced.flow import Action
from voiced.mqtt.client import Mqtt
from voiced.mqtt.connection import BrokerAwayError
from voiced.mqtt.delivery import publish_once, report, turn
from voiced.mqtt.outbox import Delivery, Outbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voiced.mqtt.connection import Connection


FOR_EVER = 1e12  # seconds


class Wire:
    """A connection whose broker confirms what it is told to, in the next `pump`."""

    def __init__(self, *confirms: tuple[int, bool]) -> None:
        self.alive, self.dropped = True, ""
        self.sent: list[str] = []
        self.confirmed: deque[tuple[int, bool]] = deque()
        self._confirms = confirms

    def publish(self, action: Action, _seconds_left: float) -> int:
        if "#" in action.topic:
            raise ValueError("wildcards")
        self.sent.append(action.topic)
        return len(self.sent)

    def pump(self, _longest: float) -> None:
        self.confirmed.extend(self._confirms)

    def drop(self, why: str) -> None:
        self.alive, self.dropped = False, why


def turned(wire: Wire, *actions: Action) -> list[Delivery | None]:
    """What became of each after one turn; None while it is under way."""
    outbox = Outbox(report)
    outbox.connected()
    deliveries = [outbox.post(action, 0.0) for action in actions]
    turn(cast("Connection", wire), outbox, 0.0)
    return [delivery.result() if delivery.done() else None for delivery in deliveries]


def test_a_turn_sends_what_waits_and_settles_what_is_confirmed() -> None:
    wire = Wire((1, False), (2, True))
    actions = [Action(topic, "x", expires=FOR_EVER) for topic in ("a", "b", "c")]
    assert turned(wire, *actions) == [Delivery.DELIVERED, Delivery.REFUSED, None]
    assert wire.sent == ["a", "b", "c"]
    assert wire.alive


def test_what_cannot_be_a_message_is_refused_and_the_next_is_sent(caplog: pytest.LogCaptureFixture) -> None:
    wire = Wire()
    assert turned(wire, Action("a/#", "x", expires=FOR_EVER), Action("b", "y", expires=FOR_EVER)) == [
        Delivery.REFUSED,
        None,
    ]
    assert wire.sent == ["b"]
    assert "a/# 'x' cannot be a message: wildcards" in caplog.text


@pytest.mark.parametrize(("qos", "breaks"), [(1, False), (2, True)])
def test_an_overdue_handshake_breaks_the_connection(qos: int, *, breaks: bool) -> None:
    wire = Wire()
    assert turned(wire, Action("a", "x", qos=qos, expires=0.0)) == [Delivery.UNCONFIRMED]
    assert (wire.alive, "in time" in wire.dropped) == (not breaks, breaks)


def test_topic_that_the_broker_does_not_allow(
    password_broker: Broker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "password").write_text("sésame")
    login = {"username": "voiced", "password_file": str(tmp_path / "password")}
    allowed = MqttSettings.model_validate({"host": "localhost", "port": password_broker.port, **login})
    actions = [Action("voiced/x", "1"), Action("home/light", "on")]
    assert publish_once(allowed, actions) == (Delivery.DELIVERED, Delivery.REFUSED)
    assert "not delivered: home/light 'on': the broker does not let us publish there" in caplog.text


def test_somebody_else_listens_there() -> None:
    """A server that hangs up at once may be one that is still starting: that is tried again."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(BrokerAwayError, match="without an answer; is it an MQTT broker"):
            publish_once(MqttSettings(host="127.0.0.1", port=server.getsockname()[1]), ())
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@contextmanager
def old_broker() -> Iterator[int]:
    """The port of an amqtt broker, which speaks MQTT 3.1.1 only."""
    port = free_port()
    plugins = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    config = {"listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}}, "plugins": plugins}
    loop = asyncio.new_event_loop()
    broker = Amqtt(config, loop=loop)
    loop.run_until_complete(broker.start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield port
    finally:
        asyncio.run_coroutine_threadsafe(shut_down(broker), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def shut_down(broker: Amqtt) -> None:
    """End it, and the tasks that it leaves behind."""
    await broker.shutdown()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def test_falls_back_to_an_older_version_once(caplog: pytest.LogCaptureFixture) -> None:
    with old_broker() as port, Mqtt(MqttSettings(host="127.0.0.1", port=port), "test", lambda _command: None) as mqtt:
        assert mqtt.publish(Action("a", "b")).result(5) is Delivery.DELIVERED
    assert caplog.text.count("does not speak MQTT 5, going on with 3.1.1") == 1
