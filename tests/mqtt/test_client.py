"""The connection that is kept up, against a real Mosquitto that is killed, frozen and restarted."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.broker import Broker, Subscriber, free_port, wait_until
from voiced.config import MqttSettings
from voiced.errors import BrokerError
from voiced.flow import Action, Detection, Match, Outcome, Sentence, State, Transcript
from voiced.mqtt.client import Mqtt
from voiced.mqtt.delivery import publish_once
from voiced.mqtt.outbox import Delivery
from voiced.mqtt.received import ListenNow, SetMute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from voiced.mqtt.received import Command

LIGHT = Action("home/kitchen/light/set", "on")


def settings(broker: Broker, **others: object) -> MqttSettings:
    return MqttSettings.model_validate({"host": "127.0.0.1", "port": broker.port, **others})


def ignore(_command: Command) -> None:
    """For tests in which nobody commands."""


@pytest.fixture
def subscriber(broker: Broker) -> Iterator[Subscriber]:
    with Subscriber(broker.port) as running:
        yield running


@pytest.fixture
def mqtt(broker: Broker) -> Iterator[Mqtt]:
    with Mqtt(settings(broker), "test", ignore) as running:
        yield running


def result(delivery: Future[Delivery], seconds: float = 5) -> Delivery:
    return delivery.result(seconds)


def test_an_action_is_sent_once_as_it_is(mqtt: Mqtt, subscriber: Subscriber) -> None:
    assert result(mqtt.publish(Action("a/b", "ä", qos=2, retain=False, expires=7.5))) is Delivery.DELIVERED
    subscriber.wait_for("a/b", "ä")
    (message,) = [message for message in subscriber.messages if message.topic == "a/b"]
    assert (message.qos, message.retain) == (2, False)
    assert message.properties.json()["MessageExpiryInterval"] == 7  # type: ignore[union-attr]


@pytest.mark.parametrize("qos", [0, 1, 2])
def test_every_quality_of_service_is_confirmed(mqtt: Mqtt, subscriber: Subscriber, qos: int) -> None:
    assert result(mqtt.publish(Action("a", "x", qos=qos))) is Delivery.DELIVERED
    subscriber.wait_for("a", "x")


def test_a_hundred_messages_arrive_in_order(mqtt: Mqtt, subscriber: Subscriber) -> None:
    deliveries = [mqtt.publish(Action("count", str(number))) for number in range(100)]
    assert {result(delivery) for delivery in deliveries} == {Delivery.DELIVERED}
    subscriber.wait_for("count", *map(str, range(100)))


def test_sending_is_quick(mqtt: Mqtt) -> None:
    began = time.monotonic()
    for _ in range(20):
        result(mqtt.publish(LIGHT))
    assert (time.monotonic() - began) / 20 < 0.05


def test_availability_state_and_mute_are_kept_by_the_broker(broker: Broker) -> None:
    with Mqtt(settings(broker), "test", ignore) as mqtt:
        mqtt.state(State.LISTENING)
        mqtt.muted(muted=False)
        mqtt.state(State.WAITING)
        result(mqtt.publish(LIGHT))
        with Subscriber(broker.port, "voiced/#") as late:
            late.wait_for("voiced/test/availability", "online")
            late.wait_for("voiced/test/state", "waiting")
            late.wait_for("voiced/test/mute", "OFF")
    with Subscriber(broker.port, "voiced/#") as later:
        later.wait_for("voiced/test/availability", "offline")


def test_what_was_heard_is_told_and_not_kept(mqtt: Mqtt, broker: Broker, subscriber: Subscriber) -> None:
    detection = Detection("hey_jarvis", 0.987654, 16_000)
    match = Match("LightSet", {"room": "kitchen", "level": 5}, "set the kitchen to five", {})
    mqtt.wake(detection)
    mqtt.outcome(Outcome("7", Transcript("set the kitchen to five", match, None, 0.9, -0.1)))
    assert wait_until(lambda: bool(subscriber.payloads("voiced/test/intent/LightSet")), 5)
    wake = json.loads(subscriber.payloads("voiced/test/wake")[0])
    assert (wake["wake_word"], wake["score"]) == ("hey_jarvis", 0.9877)
    told = json.loads(subscriber.payloads("voiced/test/intent/LightSet")[0])
    assert (told["id"], told["slots"]) == ("7", {"room": "kitchen", "level": 5})
    with Subscriber(broker.port, "voiced/#") as late:
        assert wait_until(lambda: bool(late.messages), 5)
        assert not late.payloads("voiced/test/wake")


def test_commands_come_in(broker: Broker, subscriber: Subscriber, caplog: pytest.LogCaptureFixture) -> None:
    commands: list[Command] = []
    with Mqtt(settings(broker), "test", commands.append):
        subscriber.say("voiced/test/say/set", "turn on the light")
        subscriber.say("voiced/test/mute/set", "loud")
        subscriber.say("voiced/test/mute/set", "ON")
        subscriber.say("voiced/test/listen/set", b"")
        assert wait_until(lambda: len(commands) == 3, 5)
    assert commands == [Sentence("turn on the light"), SetMute(muted=True), ListenNow()]
    assert "ignored a command on voiced/test/mute/set: must be ON or OFF" in caplog.text


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_a_command_from_before_is_not_heeded(broker: Broker, subscriber: Subscriber, version: str) -> None:
    subscriber.say("voiced/test/say/set", "turn on the oven", retain=True)
    commands: list[Command] = []
    with Mqtt(settings(broker, version=version), "test", commands.append):
        subscriber.say("voiced/test/say/set", "turn on the light")
        assert wait_until(lambda: bool(commands), 5)
    assert commands == [Sentence("turn on the light")]


def test_old_mqtt_by_setting(broker: Broker, subscriber: Subscriber) -> None:
    with Mqtt(settings(broker, version="3.1.1"), "test", ignore) as mqtt:
        assert result(mqtt.publish(LIGHT)) is Delivery.DELIVERED
    subscriber.wait_for(LIGHT.topic, "on")
    assert "voiced-test (p2," in broker.log.read_text()  # Mosquitto's word for 3.1.1


def test_broker_back_in_time(broker: Broker, mqtt: Mqtt, subscriber: Subscriber) -> None:
    """Killed and back: the action arrives once, and what is retained is told again, though the broker forgot it."""
    mqtt.state(State.THINKING)
    subscriber.wait_for("voiced/test/state", "thinking")
    broker.kill()
    delivery = mqtt.publish(LIGHT)
    mqtt.state(State.WAITING)
    time.sleep(1)
    broker.start()
    assert result(delivery) is Delivery.DELIVERED
    with Subscriber(broker.port, "voiced/#") as late:
        late.wait_for("voiced/test/availability", "online")
        late.wait_for("voiced/test/state", "waiting")
    assert wait_until(lambda: broker.received(LIGHT.topic) == 1, 5)


def test_broker_back_too_late(broker: Broker, mqtt: Mqtt, caplog: pytest.LogCaptureFixture) -> None:
    broker.kill()
    began = time.monotonic()
    delivery = mqtt.publish(Action("oven/set", "on", expires=1))
    assert result(delivery) is Delivery.EXPIRED
    assert 0.9 < time.monotonic() - began < 1.5
    assert "not delivered: oven/set 'on': the broker was away for longer than the message is good for" in caplog.text
    broker.start()
    assert wait_until(lambda: mqtt.connected, 5)
    result(mqtt.publish(Action("end", "")))
    assert wait_until(lambda: broker.received("end") == 1, 5)
    assert broker.received("oven/set") == 0


def test_a_broker_that_hangs_gets_no_more_actions(broker: Broker, mqtt: Mqtt, subscriber: Subscriber) -> None:
    """The state that is told before each action shows that nobody answers: the action waits here, and expires."""
    broker.freeze()
    mqtt.state(State.THINKING)
    time.sleep(1.2)
    delivery = mqtt.publish(Action("oven/set", "on", expires=0.5))
    assert result(delivery) is Delivery.EXPIRED
    broker.thaw()
    result(mqtt.publish(Action("end", "")))
    subscriber.wait_for("end", "")
    assert not subscriber.payloads("oven/set")


def test_exactly_once_is_broken_off_by_a_hanging_broker(broker: Broker, mqtt: Mqtt, subscriber: Subscriber) -> None:
    """QoS 2 takes two steps; without the second, which comes never, the broker passes nothing on."""
    broker.freeze()
    delivery = mqtt.publish(Action("oven/set", "on", qos=2, expires=0.5))
    assert result(delivery) is Delivery.UNCONFIRMED
    broker.thaw()
    assert wait_until(lambda: "online" in subscriber.payloads("voiced/test/availability")[1:], 5)
    result(mqtt.publish(Action("end", "")))
    subscriber.wait_for("end", "")
    assert not subscriber.payloads("oven/set")


@pytest.mark.slow
def test_a_broker_that_hangs_is_left(broker: Broker, caplog: pytest.LogCaptureFixture) -> None:
    with Mqtt(settings(broker, keepalive=2), "test", ignore) as mqtt:
        broker.freeze()
        assert wait_until(lambda: not mqtt.connected, 8)
        assert "Keep alive timeout" in caplog.text
        broker.thaw()
        assert wait_until(lambda: mqtt.connected, 8)


def test_broker_away_at_the_start(caplog: pytest.LogCaptureFixture) -> None:
    broker = Broker()
    with Mqtt(settings(broker), "test", ignore) as mqtt:
        assert not mqtt.connected
        delivery = mqtt.publish(LIGHT)
        time.sleep(1.5)
        assert caplog.text.count("trying again until it works") == 1
        with broker:
            assert result(delivery) is Delivery.DELIVERED


def test_somebody_who_listens_but_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        mqtt = Mqtt(MqttSettings(host="127.0.0.1", port=port), "test", ignore)
        opening = threading.Thread(target=mqtt.open)
        opening.start()
        time.sleep(0.3)
        began = time.monotonic()
        mqtt.close()
        opening.join()
        assert time.monotonic() - began < 1
        assert not mqtt.connected


@pytest.mark.parametrize("state", ["connected", "killed", "frozen"])
def test_closing_is_quick(broker: Broker, state: str) -> None:
    mqtt = Mqtt(settings(broker), "test", ignore)
    mqtt.open()
    if state == "killed":
        broker.kill()
        time.sleep(0.2)
    if state == "frozen":
        broker.freeze()
    delivery = mqtt.publish(LIGHT)
    began = time.monotonic()
    mqtt.close()
    assert time.monotonic() - began < 0.8
    expected = {"connected": Delivery.DELIVERED, "killed": Delivery.EXPIRED, "frozen": Delivery.UNCONFIRMED}
    assert result(delivery) is expected[state]
    assert not any(thread.name == "mqtt" for thread in threading.enumerate())
    assert result(mqtt.publish(LIGHT)) is Delivery.EXPIRED


def test_the_broker_tells_when_we_vanish(broker: Broker, subscriber: Subscriber) -> None:
    """A hanging broker does not confirm `offline`; then it has to use our last will."""
    mqtt = Mqtt(settings(broker), "test", ignore)
    mqtt.open()
    subscriber.wait_for("voiced/test/availability", "online")
    broker.freeze()
    mqtt.close()
    broker.thaw()
    assert wait_until(lambda: subscriber.payloads("voiced/test/availability")[-1] == "offline", 5)


def test_another_client_of_the_same_name_is_noticed(broker: Broker, caplog: pytest.LogCaptureFixture) -> None:
    with Mqtt(settings(broker), "test", ignore) as first, Mqtt(settings(broker), "test", ignore):
        assert wait_until(lambda: "is another voiced called 'test' too (site)?" in caplog.text, 5)
        assert wait_until(lambda: first.connected, 5)


def test_sending_beside_a_running_daemon(broker: Broker, mqtt: Mqtt, subscriber: Subscriber) -> None:
    assert publish_once(settings(broker), [LIGHT, Action("a", "b")]) == (Delivery.DELIVERED, Delivery.DELIVERED)
    subscriber.wait_for("a", "b")
    assert mqtt.connected
    assert subscriber.payloads("voiced/test/availability") == ["online"]


def test_a_broker_that_is_away(broker: Broker, mqtt: Mqtt) -> None:
    publish_once(settings(broker), ())
    assert mqtt.connected
    with pytest.raises(BrokerError, match=r"cannot reach the broker at 127\.0\.0\.1:\d+: Connection refused"):
        publish_once(MqttSettings(host="127.0.0.1", port=free_port()), ())
    with pytest.raises(BrokerError, match=r"cannot find the host 'nowhere\.invalid'"):
        publish_once(MqttSettings(host="nowhere.invalid"), ())


def test_what_cannot_be_a_message_is_refused(mqtt: Mqtt, caplog: pytest.LogCaptureFixture) -> None:
    assert result(mqtt.publish(Action("a/#", "x"))) is Delivery.REFUSED
    assert result(mqtt.publish(LIGHT)) is Delivery.DELIVERED
    assert "cannot be a message" in caplog.text


def test_delivered_messages_are_logged_for_those_who_look(mqtt: Mqtt, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "voiced.mqtt.delivery"):
        result(mqtt.publish(LIGHT))
    assert "sent home/kitchen/light/set 'on'" in caplog.text
