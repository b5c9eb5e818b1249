"""Whatever answers on the broker's port: the client goes on trying, not too often, and says little."""

from __future__ import annotations

import threading
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.broker import Broker, free_port, wait_until
from tests.mqtt.bad_broker import BAD, BadBroker, saying, silent
from tests.test_daemon import resident
from voiced.config import MqttSettings
from voiced.errors import BrokerError
from voiced.flow import Action
from voiced.foundations.relay import start_thread
from voiced.mqtt.client import Mqtt
from voiced.mqtt.delivery import introduce
from voiced.mqtt.outbox import Delivery

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator


def settings(port: int, **others: object) -> MqttSettings:
    return MqttSettings.model_validate({"host": "127.0.0.1", "port": port, **others})


def begun(port: int) -> Mqtt:
    """A client that does not wait for the first try, so that its refusal does not end it."""
    mqtt = Mqtt(settings(port), "x", lambda _command: None)
    mqtt._first_try.cancel()
    mqtt._first_try.set_running_or_notify_cancel()
    mqtt._thread = start_thread(mqtt._run, "mqtt")
    return mqtt


@pytest.fixture
def no_mqtt_thread_is_left() -> Iterator[None]:
    yield
    assert wait_until(lambda: not any(thread.name == "mqtt" for thread in threading.enumerate()), 8)


@pytest.mark.parametrize("name", BAD)
@pytest.mark.usefixtures("no_mqtt_thread_is_left")
def test_it_is_survived_and_told_of_once(name: str, caplog: pytest.LogCaptureFixture) -> None:
    before = resident()
    with BadBroker(BAD[name]) as broker:
        mqtt = begun(broker.port)
        mqtt.muted(muted=True)
        time.sleep(2.5)
        assert any(thread.name == "mqtt" for thread in threading.enumerate()), "it still tries"
        mqtt.close()
    assert 1 <= len(broker.connections) <= 12  # 0.25, 0.5, 1.0 s; each of two versions, and whether it speaks TLS
    lines = [record for record in caplog.records if record.name.startswith("voiced")]
    assert 0 <= len(lines) <= 3, caplog.text
    assert "Traceback" not in caplog.text
    assert resident() < before + 60


@pytest.mark.usefixtures("no_mqtt_thread_is_left")
def test_a_broker_that_turns_us_away_is_tried_ever_less_often_though_an_action_waits() -> None:
    with BadBroker(BAD["welcomes and closes"]) as broker:
        mqtt = begun(broker.port)
        delivery = mqtt.publish(Action("a", "b", expires=3))
        assert wait_until(lambda: len(broker.connections) >= 5, 10)  # one is the trial
        pauses = [later - earlier for earlier, later in pairwise(broker.connections[1:])]
        mqtt.close()
        assert delivery.result(1) in {Delivery.EXPIRED, Delivery.UNCONFIRMED}
    assert [pause > expected for pause, expected in zip(pauses, [0.2, 0.45, 0.9], strict=False)] == [True] * len(pauses)


def test_a_broker_that_refuses_us_is_told_before_anything_is_loaded(password_broker: Broker) -> None:
    with pytest.raises(BrokerError, match="refuses anonymous clients") as refusal:
        introduce(settings(password_broker.port))
    assert refusal.value.exit_code == 78


def test_a_broker_that_takes_us_is_left_again(broker: Broker) -> None:
    assert introduce(settings(broker.port)) == settings(broker.port)
    assert wait_until(lambda: "disconnected" in broker.log.read_text(), 5)


@pytest.mark.parametrize("serve", [silent, saying(b"\x20\x03\x00\x89\x00")], ids=["silent", "busy"])
def test_a_broker_that_is_slow_or_busy_is_no_obstacle(serve: Callable[[socket.socket], None]) -> None:
    with BadBroker(serve) as broker:
        began = time.monotonic()
        assert introduce(settings(broker.port)).port == broker.port
        assert time.monotonic() - began < 3


def test_a_broker_that_is_away_is_no_obstacle() -> None:
    port = free_port()
    assert introduce(settings(port)).port == port
