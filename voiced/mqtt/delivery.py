"""Moves messages between the outbox and one connection: connect, send, settle confirmations.

Does not reconnect: `client` does.
"""

from __future__ import annotations

import logging
import secrets
from concurrent.futures import Future
from contextlib import closing
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from voiced.errors import BrokerError
from voiced.foundations.relay import start_thread
from voiced.mqtt.bell import Bell
from voiced.mqtt.connection import BrokerAwayError, Connection, OldBrokerError
from voiced.mqtt.outbox import Delivery, Outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from voiced.config import MqttSettings
    from voiced.flow import Action
    from voiced.mqtt.outbox import Parcel

log = logging.getLogger(__name__)

WELCOME_SECONDS = 5.0  # from CONNECT to CONNACK
TRIAL_SECONDS = 2.0  # `introduce` waits so long; a broker in the house answers within milliseconds
LOOK_SECONDS = 0.1  # between looks at whether to go on waiting for CONNACK

WHY = {
    Delivery.EXPIRED: "the broker was away for longer than the message is good for",
    Delivery.REFUSED: "the broker does not let us publish there",
    Delivery.UNCONFIRMED: "the broker did not confirm it, so it may have arrived",
}


def connect(settings: MqttSettings, name: str, will: str | None, bell: Bell, goes_on: Callable[[], bool]) -> Connection:
    """Return a connection that the broker has accepted, in MQTT 3.1.1 if it knows no 5; BrokerError if it refuses.

    `goes_on` is asked while waiting for the answer, every LOOK_SECONDS or oftener: False gives up.
    """
    try:
        return _welcomed(Connection(settings, name, will, bell), goes_on)
    except OldBrokerError as error:
        if settings.version == "3.1.1":
            raise
        log.warning("%s, going on with 3.1.1; set `mqtt: {version: '3.1.1'}` to skip the first attempt", error)
        older = settings.model_copy(update={"version": "3.1.1"})
        return _welcomed(Connection(older, name, will, bell), goes_on)


def _welcomed(connection: Connection, goes_on: Callable[[], bool]) -> Connection:
    until = monotonic() + WELCOME_SECONDS
    while connection.alive and not connection.answered and goes_on() and monotonic() < until:
        connection.pump(min(until - monotonic(), LOOK_SECONDS))
    connection.require_welcome()
    return connection


def turn(connection: Connection, outbox: Outbox, longest: float) -> None:
    """Send what the outbox gives, wait `longest` seconds for an event, and settle confirmed messages."""
    while connection.alive and not connection.is_clogged and (parcel := outbox.take(now := monotonic())):
        _send(connection, outbox, parcel, now)
    if not connection.confirmed:  # QoS 0 counts as confirmed once it is written
        connection.pump(min(longest, outbox.next_deadline() - monotonic()))
    while connection.confirmed:
        packet_id, refused = connection.confirmed.popleft()
        outbox.confirmed(packet_id, refused=refused)
    if outbox.expire(monotonic()) or (connection.is_clogged and outbox.given_up):
        connection.drop("it did not take or confirm a message in time")


def _send(connection: Connection, outbox: Outbox, parcel: Parcel, now: float) -> None:
    try:
        packet_id = connection.publish(parcel.action, parcel.deadline - now)
    except Exception as error:  # noqa: BLE001 # paho raises several kinds; the message is settled whatever it is
        log.warning("%s %r cannot be a message: %s", parcel.action.topic, parcel.action.payload, error)
        outbox.refused(parcel)
    else:
        outbox.handed_over(packet_id, parcel, now)


def report(action: Action, delivery: Delivery) -> None:
    if delivery is Delivery.DELIVERED:
        log.debug("sent %s %r", action.topic, action.payload)
    else:
        log.warning("not delivered: %s %r: %s", action.topic, action.payload, WHY[delivery])


def introduce(settings: MqttSettings) -> MqttSettings:
    """Try a connection, TRIAL_SECONDS at most; return the settings with the MQTT version that the broker speaks.

    BrokerError if the broker refuses us. A broker that is away or slow is no error: the settings come back unchanged.
    """
    tried: Future[MqttSettings] = Future()
    start_thread(partial(_try, settings, tried), "mqtt trial")  # looking up a host name may take minutes
    try:
        return tried.result(TRIAL_SECONDS)
    except (BrokerAwayError, TimeoutError):
        return settings


def _try(settings: MqttSettings, tried: Future[MqttSettings]) -> None:
    """Connect with a random client id and without a last will, and leave."""
    try:
        with closing(Bell()) as bell:
            connection = connect(settings, f"voiced-{secrets.token_hex(4)}", None, bell, lambda: True)
            connection.leave()
        tried.set_result(connection.settings)
    except BrokerError as error:
        tried.set_exception(error)
    except Exception:
        log.exception("an internal error ended the trial connection to the broker")
        tried.set_result(settings)


def publish_once(settings: MqttSettings, actions: Iterable[Action]) -> tuple[Delivery, ...]:
    """Send over a connection with a random client id, beside a running daemon; returns what became of each message.

    BrokerError if the broker is away or refuses us.
    """
    outbox = Outbox(report)
    with closing(Bell()) as bell:
        connection = connect(settings, f"voiced-{secrets.token_hex(4)}", None, bell, lambda: True)
        outbox.connected()
        deliveries = [outbox.post(action, monotonic()) for action in actions]
        while connection.alive and not all(delivery.done() for delivery in deliveries):
            turn(connection, outbox, 1.0)
        connection.leave()
        outbox.close()
    return tuple(delivery.result() for delivery in deliveries)
