"""MQTT client with a thread that reconnects for ever. Knows nothing of audio or grammars.

That thread owns the connection. Other threads put messages into the outbox and ring a bell; they never wait for the
network. The outbox decides what may still be sent.
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

FIRST_TRY_SECONDS = 5.0  # `open` waits so long to learn whether the broker refuses us
FAREWELL_SECONDS = 0.4  # for sending the last messages before we close; the whole daemon must stop within 2 s
CLOSE_SECONDS = 0.6  # `close` waits so long for the thread to end
FIRST_PAUSE_SECONDS = 0.25  # before the second attempt to connect; doubled after each failure …
LONGEST_PAUSE_SECONDS = 5.0  # … up to this
URGENT_PAUSE_SECONDS = 0.5  # longest pause between attempts while a message waits
STABLE_SECONDS = 5.0  # a connection that lasted so long resets the pause
REMINDER_SECONDS = 600.0  # between two log lines about one unchanged problem


class Mqtt:
    """Publishes from any thread without blocking, and reconnects in a thread of its own."""

    def __init__(self, settings: MqttSettings, site: str, on_command: Callable[[Command], None]) -> None:
        """Make a client for the topics of `site`; `on_command` runs in the connection's thread, so must return fast."""
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
        self._complaint = ("", 0.0)  # the last logged problem, and its monotonic time in seconds
        self.connected = False  # whether there is a welcomed connection now

    def open(self) -> None:
        """Start connecting; an unreachable broker is retried in the background. BrokerError if it refuses us."""
        self._thread = start_thread(self._run, "mqtt")
        wait([self._first_try], FIRST_TRY_SECONDS)
        if self._first_try.cancel():
            return  # no answer yet: later failures are retried, not raised
        try:
            self._first_try.result()
        except BrokerError:
            self.close()
            raise

    def state(self, state: State) -> None:
        """Publish the daemon's state, retained; repeated after each connect."""
        self._retain(self._topics.state, state.value)

    def muted(self, *, muted: bool) -> None:
        """Publish whether the microphone is muted, retained; repeated after each connect."""
        self._retain(self._topics.mute, "ON" if muted else "OFF")

    def wake(self, detection: Detection) -> None:
        """Publish the event of a detected wake word."""
        self.publish(wake_event(self._topics, detection, _now()))

    def wake_rejected(self, detection: Detection, opinion: Opinion) -> None:
        """Publish the event of a detection that the second stage rejected."""
        self.publish(wake_rejected_event(self._topics, detection, opinion, _now()))

    def outcome(self, outcome: Outcome) -> None:
        """Publish the event of a command that was recognised or rejected."""
        self.publish(outcome_event(self._topics, outcome, _now()))

    def act(self, action: Action) -> None:
        """Publish and log an action; a failed delivery is logged later."""
        log.info("publishing %s %r", action.topic, action.payload)
        self.publish(action)

    def publish(self, action: Action) -> Future[Delivery]:
        """Queue a message; the future holds its Delivery once the broker confirmed it or it expired."""
        delivery = self._outbox.post(action, monotonic())
        self._bell.ring()
        return delivery

    def close(self) -> None:
        """Publish `offline` and disconnect; waits CLOSE_SECONDS at most, even if the broker hangs."""
        self._closing = True
        self._bell.ring()
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)
        self._outbox.close()
        if self._thread is None or not self._thread.is_alive():  # a thread stuck in a connect ends with the program
            self._bell.close()

    def __enter__(self) -> Self:
        """Start the connection (`open`)."""
        self.open()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close the connection (`close`)."""
        self.close()

    def _retain(self, topic: str, payload: str) -> None:
        self._outbox.retain(topic, payload)
        self._bell.ring()

    # From here on: the connection's thread.

    def _run(self) -> None:
        """Connect and serve until closed, with exponential back-off after failures."""
        pause = FIRST_PAUSE_SECONDS
        while not self._closing:
            began = monotonic()
            self._connect_and_serve()
            if monotonic() - began > STABLE_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            self._rest(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

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
        except Exception:  # a bug must cost one connection, not the thread
            log.exception("an internal error ended the connection to %s", connection.where)
        self.connected = False
        connection.drop("given up")
        self._outbox.disconnected()

    def _connect(self) -> Connection:
        """Return a welcomed connection with a last will; the first call first learns the broker's version without one.

        A 3.1.1 broker may not answer at all to a last will in MQTT 5's format (amqtt 0.12). The constant client id
        makes the broker end a half-dead connection of ours, and publish its will, before it takes this one (3.1.4).
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
        """Fail `open` if the first try was refused for good; else log, not more often than REMINDER_SECONDS."""
        with suppress(InvalidStateError):  # raised unless this is the first try
            if not isinstance(error, BrokerAwayError):
                self._first_try.set_exception(error)
                self._closing = True
                return
            self._first_try.set_result(None)
        said, when = self._complaint
        if not self._closing and (str(error) != said or monotonic() - when > REMINDER_SECONDS):
            log.warning("%s; trying again until it works", error)
            self._complaint = (str(error), monotonic())

    def _serve(self, connection: Connection) -> None:
        """Send and receive over a connection until it breaks or the client closes."""
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
        elif monotonic() - began > STABLE_SECONDS:
            log.warning("lost %s: %s", connection.where, connection.why_ended)
        else:  # two clients with one id: the broker ends the older connection (3.1.4), often without a reason
            question = f"is another voiced called {self._topics.site!r} too (site)?"
            log.warning("lost %s at once: %s; %s", connection.where, connection.why_ended, question)

    def _hear(self, connection: Connection) -> None:
        while connection.received:
            topic, payload = connection.received.popleft()
            try:
                command = read_command(self._topics, topic, payload, monotonic())
            except ValueError as error:
                log.warning("ignored a command on %s: %s", topic, error)
            else:
                self._on_command(command)

    def _leave(self, connection: Connection) -> None:
        """Publish `offline` and disconnect; without a confirmation, leave that to the last will."""
        self._outbox.retain(self._topics.availability, "offline")
        until = monotonic() + FAREWELL_SECONDS
        while connection.alive and not self._outbox.idle and monotonic() < until:
            turn(connection, self._outbox, until - monotonic())
        if self._outbox.idle:
            connection.leave()

    def _rest(self, pause: float) -> None:
        """Wait `pause` seconds before the next attempt, or URGENT_PAUSE_SECONDS while a message waits."""
        began = monotonic()
        while not self._closing:
            now = monotonic()
            self._outbox.expire(now)
            until = began + (pause if self._outbox.idle else min(pause, URGENT_PAUSE_SECONDS))
            if now >= until:
                return
            self._bell.wait(min(until, self._outbox.next_deadline()) - now)


def _now() -> datetime:
    return datetime.now(UTC).astimezone()
