"""Messages over one connection: sent, confirmed, refused or overdue; and the brokers that `publish_once` meets."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import pytest
from amqtt.broker import Broker as Amqtt

from tests.broker import Away, Broker, free_port, wait_until
from tests.fakes import Clock
from tests.mqtt.slow_broker import SlowBroker
from voiced.config import MqttSettings
from voiced.flow import Action
from voiced.foundations.relay import start_thread
from voiced.mqtt.client import Mqtt
from voiced.mqtt.connection import BrokerAwayError, expiry_interval
from voiced.mqtt.delivery import publish_once, report, turn
from voiced.mqtt.outbox import Delivery, Outbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voiced.mqtt.connection import Connection


FOR_EVER = 1e12  # seconds


class Wire:
    """A connection whose broker confirms what it is told to, in the next `pump`."""

    def __init__(self, *confirms: tuple[int, bool], is_clogged: bool = False) -> None:
        self.alive, self.dropped, self.is_clogged = True, "", is_clogged
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


class LateWire(Wire):
    """A second passes while it waits."""

    def __init__(self, clock: Clock, *, clogs: bool = False) -> None:
        super().__init__()
        self._clock, self._clogs = clock, clogs

    def pump(self, longest: float) -> None:
        super().pump(longest)
        self._clock.advance(1.0)
        self.is_clogged = self._clogs


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(0.0)
    monkeypatch.setattr("voiced.mqtt.delivery.monotonic", clock)
    return clock


@pytest.mark.parametrize(("qos", "breaks"), [(0, False), (1, False), (2, True)])
def test_an_overdue_handshake_breaks_the_connection(clock: Clock, qos: int, *, breaks: bool) -> None:
    wire = LateWire(clock)
    assert turned(wire, Action("a", "x", qos=qos, expires=0.5)) == [Delivery.UNCONFIRMED]
    assert (wire.alive, "in time" in wire.dropped) == (not breaks, breaks)


@pytest.mark.parametrize("qos", [0, 1])
def test_what_was_not_written_in_time_is_never_written(clock: Clock, qos: int) -> None:
    """The rest of the packet waits here for a broker that does not read: without it the packet is void."""
    wire = LateWire(clock, clogs=True)
    assert turned(wire, Action("a", "x", qos=qos, expires=0.5)) == [Delivery.UNCONFIRMED]
    assert not wire.alive


@pytest.mark.usefixtures("clock")
def test_behind_what_is_not_written_nothing_more_is_put() -> None:
    wire = Wire(is_clogged=True)
    assert turned(wire, Action("a", "x")) == [None]
    assert (wire.sent, wire.alive) == ([], True)


def test_the_clock_is_read_for_each_message(clock: Clock) -> None:
    class Slow(Wire):
        def publish(self, action: Action, seconds_left: float) -> int:
            clock.advance(0.4)
            lefts.append(seconds_left)
            return super().publish(action, seconds_left)

    lefts: list[float] = []
    found = turned(Slow(), *(Action(topic, "x", expires=1.0) for topic in "abcd"))
    assert found == [Delivery.UNCONFIRMED, Delivery.UNCONFIRMED, Delivery.UNCONFIRMED, Delivery.EXPIRED]
    assert lefts == pytest.approx([1.0, 0.6, 0.2])


# -- a broker that lets us wait ------------------------------------------------------------------------


@contextmanager
def opening(broker: SlowBroker, version: str) -> Iterator[Mqtt]:
    """A client whose connection is being made."""
    settings = MqttSettings.model_validate({"host": "127.0.0.1", "port": broker.port, "version": version})
    mqtt = Mqtt(settings, "test", lambda _command: None)
    thread = start_thread(mqtt.open, "opening")
    try:
        yield mqtt
    finally:
        mqtt.close()
        thread.join()


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_what_is_overdue_when_the_broker_answers_is_not_sent(version: str) -> None:
    """CONNACK comes after 2.5 s. The first connection, which learns the version, is not kept waiting."""
    with SlowBroker(0.0, 2.5) if version == "5" else SlowBroker(2.5) as broker, opening(broker, version) as mqtt:
        began = time.monotonic()
        late = [mqtt.publish(Action(f"late/{qos}", "on", qos=qos, expires=1.0)) for qos in (0, 1, 2)]
        in_time = [mqtt.publish(Action(f"in_time/{qos}", "on", qos=qos, expires=6.0)) for qos in (0, 1, 2)]
        assert [delivery.result(4) for delivery in late] == [Delivery.EXPIRED] * 3
        assert time.monotonic() - began < 2.0, "told when it expires, not when the broker answers"
        assert [delivery.result(8) for delivery in in_time] == [Delivery.DELIVERED] * 3
        assert [one.topic for one in broker.actions()] == ["in_time/0", "in_time/1", "in_time/2"]
        for one in broker.actions():
            assert one.at - began > 2.4
            assert one.expiry == (None if version == "3.1.1" else 3)  # whole seconds of the 3.5 that are left


def test_what_is_left_is_told_after_a_reconnect() -> None:
    with SlowBroker(0.0) as broker, opening(broker, "5") as mqtt:
        assert wait_until(lambda: mqtt.connected, 5)
        broker.hang_up()
        assert wait_until(lambda: not mqtt.connected, 5)
        mqtt.publish(Action("a", "on", expires=4.2)).result(5)
        assert broker.wait_for("a").expiry == 3
        assert broker.wait_for("voiced/test/availability").expiry is None


@pytest.mark.parametrize(
    ("seconds_left", "seconds"), [(10.0, 10), (9.99, 9), (1.0, 1), (0.3, 1), (1e-9, 1), (1e12, 2**32 - 1)]
)
def test_whole_seconds_are_left_and_never_none(seconds_left: float, seconds: int) -> None:
    assert expiry_interval(seconds_left) == seconds


def test_a_subscriber_who_was_away_does_not_get_it_late(broker: Broker) -> None:
    """Mosquitto keeps messages for a session that is away; it counts whole seconds, and one more."""
    with Away(broker.port) as subscriber:
        settings = MqttSettings(host="127.0.0.1", port=broker.port)
        actions = [Action("short", "on", expires=1.9), Action("long", "on", expires=60.0)]
        assert publish_once(settings, actions) == (Delivery.DELIVERED, Delivery.DELIVERED)
        time.sleep(2.1)
        assert subscriber.returns() == ["long"]


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
    asyncio.set_event_loop(loop)  # which amqtt looks for, and nobody has set where another one has run before
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
        asyncio.set_event_loop(None)
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
