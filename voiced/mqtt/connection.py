"""One connection to the MQTT broker, from the handshake to its end; the only file that imports paho.

One thread drives it through `pump`, so paho's locks are never contended; callbacks only record what happened. Each
connection has a paho client of its own, dropped with it: a reused client would resend what was not confirmed. Knows
neither the meaning of messages nor when to reconnect.
"""

from __future__ import annotations

import select
import socket
import ssl
from collections import deque
from math import isfinite
from typing import TYPE_CHECKING, Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, LogLevel
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from voiced.errors import BrokerError
from voiced.mqtt.credentials import WRONG_TIME, read_password, speaks_tls, tls_context, why_distrusted, why_no_tls

if TYPE_CHECKING:
    from collections.abc import Iterable

    from paho.mqtt.client import SocketLike
    from paho.mqtt.reasoncodes import ReasonCode

    from voiced.config import MqttSettings
    from voiced.flow import Action
    from voiced.mqtt.bell import Bell

LARGEST_PACKET_BYTES = 16_384  # that MQTT 5 brokers may send us; commands are short
LARGEST_READ_BYTES = 1_000_000  # of a packet, from brokers that send larger ones all the same: the connection ends
CONNECT_SECONDS = 3.0  # for TCP and for TLS each; a broker in the house answers within milliseconds
PAGE = "see `voiced manual broker`"
LONGEST_EXPIRY_SECONDS = 2**32 - 1  # a four byte integer (MQTT 5.0, 3.3.2.3.3)
PROTOCOLS = {"5": paho.MQTTv5, "3.1.1": paho.MQTTv311}

# Reason codes of CONNACK (MQTT 5.0, 3.2.2.2); paho translates those of 3.1.1.
UNSUPPORTED_VERSION = 132
BAD_LOGIN = (134, 135)  # bad user name or password, not authorized
NOT_NOW = (136, 137, 151, 159)  # unavailable, busy, quota exceeded, connection rate exceeded


class BrokerAwayError(BrokerError):
    """The broker cannot be reached, or is too busy; retried."""

    exit_code = 1


class BrokerBusyError(BrokerAwayError):
    """The broker answers, but does not take us now; retried less often."""


class OldBrokerError(BrokerError):
    """The broker does not speak this version of MQTT."""


class _Client(paho.Client):
    """paho's client, which reads no packet of more than LARGEST_READ_BYTES: it would allocate what the header says."""

    def _sock_recv(self, bufsize: int) -> bytes:
        if bufsize > LARGEST_READ_BYTES:
            raise OSError(f"it sent a packet of {bufsize} bytes")
        return super()._sock_recv(bufsize)


class Connection:
    """One connection to the broker: CONNECT is sent on construction, usable after `require_welcome`."""

    def __init__(self, settings: MqttSettings, name: str, will: str | None, bell: Bell) -> None:
        """Open TCP and TLS and send CONNECT; BrokerAwayError or BrokerError if that fails.

        `name` is the client id, unique per broker. The broker publishes `offline` to the topic `will` if this client
        vanishes (MQTT 5.0, 3.1.2.5). `bell` ends a `pump`.
        """
        self.settings = settings
        self.where = f"the broker at {settings.host}:{settings.broker_port}"
        self.why_ended = "it closed the connection"
        self.worked = False  # the broker has confirmed a message
        self.confirmed: deque[tuple[int, bool]] = deque()  # packet id, whether it was refused
        self.received: deque[tuple[str, bytes]] = deque()  # topic, payload
        self._bell = bell
        self._answer: ReasonCode | None = None
        self._dropped = False
        # The trial for the broker's version, which has no will, has none: 3.1.1 brokers may choke on it (amqtt 0.12).
        self._limits = largest_packet() if will and settings.version == "5" else None
        self._client = self._make_client(name, will)
        self._open()

    def _make_client(self, name: str, will: str | None) -> paho.Client:
        settings = self.settings
        client = _Client(
            CallbackAPIVersion.VERSION2,
            client_id=name,
            protocol=PROTOCOLS[settings.version],
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_SECONDS
        if settings.username is not None:
            client.username_pw_set(settings.username, read_password(settings))
        if settings.tls is not None:
            client.tls_set_context(tls_context(settings.tls))
        if will is not None:
            client.will_set(will, "offline", qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        client.on_log = self._on_log
        return client

    def _open(self) -> None:
        settings = self.settings
        try:
            self._client.connect(settings.host, settings.broker_port, settings.keepalive, properties=self._limits)
        except (OSError, ValueError) as error:
            raise _obstacle(error, settings, self.where) from error

    @property
    def alive(self) -> bool:
        """Whether the socket is open, before or after CONNACK."""
        return self._channel is not None

    @property
    def _channel(self) -> SocketLike | None:
        return None if self._dropped else self._client.socket()

    @property
    def answered(self) -> bool:
        """Whether CONNACK has arrived, with success or a refusal."""
        return self._answer is not None

    def require_welcome(self) -> None:
        """Raise BrokerError, BrokerAwayError or OldBrokerError unless CONNACK says success."""
        if self._answer is None:
            if self.alive:
                self.drop("it does not answer")
                raise BrokerAwayError(f"{self.where} does not answer")
            raise self._closed_unanswered()
        if not self._answer.is_failure:
            return
        code, settings = self._answer.value, self.settings
        if code == UNSUPPORTED_VERSION:
            raise OldBrokerError(f"{self.where} does not speak MQTT {self.settings.version}")
        if code in NOT_NOW:
            raise BrokerBusyError(f"{self.where} cannot take us now: {self._answer}")
        if code in BAD_LOGIN and settings.username is None:
            raise BrokerError(
                f"{self.where} refuses anonymous clients; set mqtt.username and mqtt.password_file; {PAGE}"
            )
        if code in BAD_LOGIN:
            raise BrokerError(f"{self.where} refuses mqtt.username {settings.username!r} or its password; {PAGE}")
        raise BrokerError(f"{self.where} refuses us: {self._answer}")

    def _closed_unanswered(self) -> BrokerError:
        settings = self.settings
        if settings.tls is not None:
            advice = "does it want a client certificate (mqtt.tls.certificate), or another one?"
            return BrokerError(f"{self.where} ended the TLS connection at once ({self.why_ended}); {advice}")
        if speaks_tls(settings.host, settings.broker_port):
            return BrokerError(
                f"{self.where} wants TLS; set mqtt.tls, `tls: {{}}` for the system's authorities; {PAGE}"
            )
        return BrokerAwayError(f"{self.where} closed the connection without an answer; is it an MQTT broker?")

    def subscribe(self, topics: Iterable[str]) -> None:
        """Subscribe with QoS 1, without retained messages: a retained command is an old one (MQTT 5.0, 3.8.3.1)."""
        if self.settings.version == "5":
            options = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)
            self._client.subscribe([(topic, options) for topic in topics])
        else:
            self._client.subscribe([(topic, 1) for topic in topics])

    @property
    def is_clogged(self) -> bool:
        """Whether some of what was published is not written yet, since the broker does not read."""
        return self.alive and self._client.want_write()

    def publish(self, action: Action, seconds_left: float) -> int:
        """Send PUBLISH and return its packet id, which appears in `confirmed`; ValueError for an impossible topic."""
        properties = None
        if (
            self.settings.version == "5" and isfinite(seconds_left) and not action.retain
        ):  # a retained value would vanish
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho's
            properties.MessageExpiryInterval = expiry_interval(seconds_left)
        return self._client.publish(action.topic, action.payload, action.qos, action.retain, properties).mid

    def pump(self, longest: float) -> None:
        """Send and receive once; waits `longest` seconds at most for the network or the bell."""
        if (channel := self._channel) is None:
            return
        poller = select.poll()
        poller.register(channel, select.POLLIN | (select.POLLOUT if self._client.want_write() else 0))
        poller.register(self._bell, select.POLLIN)
        decrypted = isinstance(channel, ssl.SSLSocket) and channel.pending() > 0  # poll() does not see it
        events = dict(poller.poll(0 if decrypted else max(0.0, longest) * 1000))
        if self._bell.fileno() in events:
            self._bell.clear()
        happened = events.get(channel.fileno(), 0)
        try:
            if decrypted or happened & ~select.POLLOUT:
                self._client.loop_read()
            if happened & select.POLLOUT:
                self._client.loop_write()
            self._client.loop_misc()
        except Exception as error:  # noqa: BLE001 # paho raises a dozen kinds for packets that are none
            self.drop(f"it sent what is no MQTT ({type(error).__name__})")

    def leave(self) -> None:
        """Send DISCONNECT, so that the broker discards the last will (MQTT 5.0, 3.14), and close."""
        self._client.disconnect()
        self.drop("we left")

    def drop(self, why: str) -> None:
        """Close the socket without DISCONNECT, so that the broker publishes the last will."""
        if (channel := self._channel) is not None:
            self.why_ended = why
            self._dropped = True
            channel.close()

    def _on_connect(self, _client: Any, _userdata: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        self._answer = reason

    def _on_disconnect(self, _client: Any, _userdata: Any, flags: Any, reason: ReasonCode, _properties: Any) -> None:
        if flags.is_disconnect_packet_from_server or str(reason) == "Keep alive timeout":
            self.why_ended = str(reason)

    def _on_publish(self, _client: Any, _userdata: Any, packet_id: int, reason: ReasonCode, _properties: Any) -> None:
        self.confirmed.append((packet_id, reason.is_failure))
        self.worked = True

    def _on_message(self, _client: Any, _userdata: Any, message: paho.MQTTMessage) -> None:
        if not message.retain:  # 3.1.1 sends retained messages in any case: old commands, ignored
            self.received.append((message.topic, bytes(message.payload)))

    def _on_log(self, _client: Any, _userdata: Any, level: int, text: str) -> None:
        if level == LogLevel.MQTT_LOG_ERR:  # paho tells the cause of a failed read or write only in its log
            self.why_ended = text.removeprefix("failed to receive on socket: ")


def largest_packet() -> Properties:
    """Return the property of CONNECT that says how large a packet we take (MQTT 5.0, 3.1.2.11.4)."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's
    properties.MaximumPacketSize = LARGEST_PACKET_BYTES
    return properties


def expiry_interval(seconds_left: float) -> int:
    """Return the Message Expiry Interval, in whole seconds, of a message that is good for `seconds_left` more.

    Rounded down: a subscriber who was away must not get it late. But never 0: the standard would have a broker deliver
    such a message at once or never, which fits, but common brokers take 0 for "never expires" (Mosquitto 2.0).
    """
    return max(1, min(int(seconds_left), LONGEST_EXPIRY_SECONDS))


def _obstacle(error: OSError | ValueError, settings: MqttSettings, where: str) -> BrokerError:
    """Return the error to raise for a failed connect; BrokerAwayError where a retry may help."""
    if isinstance(error, ssl.SSLCertVerificationError):
        # A board without a clock does not know the date yet when it has just started: that passes.
        kind = BrokerBusyError if error.verify_code in WRONG_TIME else BrokerError
        return kind(f"cannot trust {where}: {why_distrusted(error, settings)}; {PAGE}")
    if isinstance(error, socket.gaierror):
        return BrokerAwayError(f"cannot find the host {settings.host!r} of the MQTT broker: {error.strerror}")
    if isinstance(error, ValueError):
        return BrokerError(f"mqtt.host {settings.host!r} cannot be a host name: {error}")
    handshake = isinstance(error, ssl.SSLError | ConnectionResetError | BrokenPipeError)  # TCP itself was accepted
    if settings.tls is not None and handshake:
        return BrokerError(f"cannot use {where}: {why_no_tls(error)}; {PAGE}")
    return BrokerAwayError(f"cannot reach {where}: {error.strerror or 'it does not answer'}")
