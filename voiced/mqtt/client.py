"""Actions, events and state to the broker, commands from it; kept up for ever. Knows nothing of audio or grammars.

One thread owns the connection; others put messages into the outbox and wake it. What may still be sent, and until
when, the outbox decides.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future, InvalidStateError, wait
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Self

from voiced.errors import BrokerError
from voiced.foundations.relay import start_thread
from voiced.mqtt.connection import Bell, BrokerAwayError
from voiced.mqtt.delivery import connect, report, turn
from voiced.mqtt.outbox import Outbox
from voiced.mqtt.topics import Topics, outcome_event, read_command, wake_event, wake_rejected_event

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from voiced.config import MqttSettings
    from voiced.flow import Action, Detection, Opinion, Outcome, State
    from voiced.mqtt.connection import Connection
    from voiced.mqtt.outbox import Delivery
    from voiced.mqtt.topics import Command

log = logging.getLogger(__name__)

# all in seconds
FIRST_TRY = 5.0  # that `open` waits to see whether the broker refuses us
FAREWELL = 0.4  # for the last messages when we close; with what else ends, the daemon stops within 2
LEAVE = 0.6  # that `close` waits for all of it
PAUSE = (0.25, 5.0)  # between attempts to connect: the first one, doubled until the last
URGENT_PAUSE = 0.5  # the same while a message waits
STABLE = 5.0  # a connection that lasted so long was a good one
REMINDER = 600.0  # between two log lines about the same trouble


class Mqtt:
    """A connection that is kept up; speaks from any thread, never blocks who speaks."""

    def __init__(self, settings: MqttSettings, site: str, on_command: Callable[[Command], None]) -> None:
        """`on_command` is called from the connection's thread and must return at once."""
        self._settings = settings
        self._topics = Topics(site)
        self._on_command = on_command
        self._outbox = Outbox(report)
        self._outbox.retain(self._topics.availability, "online")
        self._bell = Bell()
        self._thread: threading.Thread | None = None
        self._first_try: Future[None] = Future()
        self._closing = False
        self._version_known = settings.version != "5"
        self._complaint = ("", 0.0)  # what was logged last, and when
        self.connected = False  # whether the broker hears us now

    def open(self) -> None:
        """Connect; where the broker is away, keep trying in the background. BrokerError if it refuses us."""
        self._thread = start_thread(self._run, "mqtt")
        wait([self._first_try], FIRST_TRY)
        if self._first_try.cancel():
            return  # it takes long; from now on nothing is fatal
        try:
            self._first_try.result()
        except BrokerError:
            self.close()
            raise

    def state(self, state: State) -> None:
        """Tell what the daemon is doing; retained, told again after each connect."""
        self._retain(self._topics.state, state.value)

    def muted(self, *, muted: bool) -> None:
        """Tell whether the daemon is deaf; retained, told again after each connect."""
        self._retain(self._topics.mute, "ON" if muted else "OFF")

    def wake(self, detection: Detection) -> None:
        """Tell that a wake word was heard."""
        self.publish(wake_event(self._topics, detection, _now()))

    def wake_rejected(self, detection: Detection, opinion: Opinion) -> None:
        """Tell that a wake word was none after all."""
        self.publish(wake_rejected_event(self._topics, detection, opinion, _now()))

    def outcome(self, outcome: Outcome) -> None:
        """Tell what came of a command."""
        self.publish(outcome_event(self._topics, outcome, _now()))

    def act(self, action: Action) -> None:
        """Send an action; what is not delivered in time is logged."""
        log.info("publishing %s %r", action.topic, action.payload)
        self.publish(action)

    def publish(self, action: Action) -> Future[Delivery]:
        """Send an action; the future is done when it is delivered, or soon after it has expired."""
        delivery = self._outbox.post(action, monotonic())
        self._bell.ring()
        return delivery

    def close(self) -> None:
        """Say offline and leave; takes 0.6 s at most, even if the broker hangs."""
        self._closing = True
        self._bell.ring()
        if self._thread is not None:
            self._thread.join(LEAVE)
        self._outbox.close()
        if self._thread is None or not self._thread.is_alive():  # alive: stuck in a connect, it ends with the program
            self._bell.close()

    def __enter__(self) -> Self:
        """Open."""
        self.open()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close."""
        self.close()

    def _retain(self, topic: str, payload: str) -> None:
        self._outbox.retain(topic, payload)
        self._bell.ring()

    # From here on: the connection's thread.

    def _run(self) -> None:
        """Connect and serve, for ever; the pauses grow while that does not work."""
        pause = PAUSE[0]
        while not self._closing:
            began = monotonic()
            self._connect_and_serve()
            if monotonic() - began > STABLE:
                pause = PAUSE[0]
            self._rest(pause)
            pause = min(2 * pause, PAUSE[1])

    def _connect_and_serve(self) -> None:
        try:
            connection = self._connect()
        except BrokerError as error:
            self._not_connected(error)
            return
        log.info("connected to %s with MQTT %s", connection.where, connection.settings.version)
        self._complaint = ("", 0.0)
        try:
            self._serve(connection)
        except Exception:  # whatever a broker sends, MQTT must not end for ever
            log.exception("a bug broke the connection to %s", connection.where)
        self.connected = False
        connection.drop("given up")
        self._outbox.disconnected()

    def _connect(self) -> Connection:
        """Connect; the first time without a last will, to learn which version the broker speaks.

        (An older broker may lose its tongue over a last will as MQTT 5 writes it; amqtt 0.12 does.) The name is always
        the same, so that the broker ends a half-dead connection of ours, and uses its last will, before this one.
        """
        name, will = f"voiced-{self._topics.site}", self._topics.availability
        if not self._version_known:
            trial = connect(self._settings, name, None, self._bell, self._goes_on)
            trial.leave()
            self._settings = trial.settings
            self._version_known = True
        return connect(self._settings, name, will, self._bell, self._goes_on)

    def _goes_on(self) -> bool:
        self._outbox.expire(monotonic())
        return not self._closing

    def _not_connected(self, error: BrokerError) -> None:
        """Fatal if it is the first try and trying again will not help; else said once, and again now and then."""
        with suppress(InvalidStateError):  # it is not the first try
            if not isinstance(error, BrokerAwayError):
                self._first_try.set_exception(error)
                self._closing = True
                return
            self._first_try.set_result(None)
        said, when = self._complaint
        if not self._closing and (str(error) != said or monotonic() - when > REMINDER):
            log.warning("%s; trying again until it works", error)
            self._complaint = (str(error), monotonic())

    def _serve(self, connection: Connection) -> None:
        """Keep a connection busy until it breaks or we close."""
        began = monotonic()
        connection.subscribe(self._topics.commands)
        self._outbox.connected()
        self.connected = True
        with suppress(InvalidStateError):
            self._first_try.set_result(None)
        while connection.alive and not self._closing:
            turn(connection, self._outbox, 1.0)
            self._hear(connection)
        if self._closing:
            self._leave(connection)
        elif monotonic() - began > STABLE:
            log.warning("lost %s: %s", connection.where, connection.why_ended)
        else:  # the broker throws out the older of two clients with one name, and most do not say so
            question = f"is another voiced called {self._topics.site!r} too (site)?"
            log.warning("lost %s at once: %s; %s", connection.where, connection.why_ended, question)

    def _hear(self, connection: Connection) -> None:
        while connection.received:
            topic, payload = connection.received.popleft()
            try:
                command = read_command(self._topics, topic, payload)
            except ValueError as error:
                log.warning("ignored what came on %s: %s", topic, error)
            else:
                self._on_command(command)

    def _leave(self, connection: Connection) -> None:
        """Say offline ourselves; if the broker does not confirm that, let it use our last will."""
        self._outbox.retain(self._topics.availability, "offline")
        until = monotonic() + FAREWELL
        while connection.alive and not self._outbox.idle and monotonic() < until:
            turn(connection, self._outbox, until - monotonic())
        if self._outbox.idle:
            connection.leave()

    def _rest(self, pause: float) -> None:
        """Wait before trying again; not long while a message waits."""
        began = monotonic()
        while not self._closing:
            now = monotonic()
            self._outbox.expire(now)
            until = began + (pause if self._outbox.idle else min(pause, URGENT_PAUSE))
            if now >= until:
                return
            self._bell.wait(min(until, self._outbox.next_deadline()) - now)


def _now() -> datetime:
    return datetime.now(UTC).astimezone()
