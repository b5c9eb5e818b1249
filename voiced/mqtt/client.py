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
from voiced.mqtt.back_off import BackOff, End
from voiced.mqtt.bell import Bell
from voiced.mqtt.complaints import Complaints
from voiced.mqtt.connection import BrokerAwayError, BrokerBusyError
from voiced.mqtt.credentials import exposed
from voiced.mqtt.delivery import connect, report, turn
from voiced.mqtt.neighbours import Neighbours
from voiced.mqtt.outbox import Outbox
from voiced.mqtt.presence import Presence
from voiced.mqtt.received import read_command
from voiced.mqtt.topics import Topics, outcome_events, wake_event, wake_rejected_event

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from voiced.config import MqttSettings
    from voiced.flow import Action, Detection, Opinion, Outcome, State
    from voiced.mqtt.connection import Connection
    from voiced.mqtt.outbox import Delivery
    from voiced.mqtt.received import Command

log = logging.getLogger(__name__)

FIRST_TRY_SECONDS = 5.0  # `open` waits so long to learn whether the broker refuses us
FAREWELL_SECONDS = 0.4  # for sending the last messages before we close; the whole daemon must stop within 2 s
CLOSE_SECONDS = 0.6  # `close` waits so long for the thread to end
STABLE_SECONDS = 5.0  # a connection that ends sooner lasted only for a moment
CALM_SECONDS = 60.0  # after so long a connection all trouble is over, and the next one is news


class Mqtt:
    """Publishes from any thread without blocking, and reconnects in a thread of its own."""

    def __init__(
        self,
        settings: MqttSettings,
        site: str,
        on_command: Callable[[Command], None],
        overheard: Callable[[str, str, bool], None] = lambda _topic, _payload, _retained: None,
    ) -> None:
        """Make a client for the topics of `site`; `on_command` runs in the connection's thread, so must return fast.

        `overheard` is called from any thread with all that is published: topic, payload, whether it is retained.
        """
        self._settings, self._topics = settings, Topics(site)
        self._on_command, self._overheard = on_command, overheard
        self._outbox = Outbox(report)
        self._outbox.retain(self._topics.availability, "online")
        self._bell = Bell()
        self._thread: threading.Thread | None = None
        self._first_try: Future[None] = Future()
        self._closing, self._version_known = False, settings.version != "5"
        self._complaints, self._nonsense = Complaints(), Complaints()  # about the broker; about what came from others
        self._presence = Presence(self._topics, self._retain)
        self._neighbours = Neighbours(settings, self._topics, self._retain, self.publish, self._outbox.connected)
        self.is_wanted = self._neighbours.is_wanted  # whether others want to hear of an intent just now
        self.describe = self._neighbours.describe  # tells other protocols what the daemon can do now
        self.connected = False  # whether there is a welcomed connection now

    def open(self) -> None:
        """Start connecting; an unreachable broker is retried in the background. BrokerError if it refuses us."""
        for warning in exposed(self._settings):
            log.warning("%s", warning)
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
        self._presence.state(state)

    def muted(self, *, muted: bool) -> None:
        """Publish whether the microphone is muted, retained; while it is, the state is `muted`."""
        self._presence.muted(muted=muted)
        self._neighbours.muted(muted=muted)

    def microphone(self, *, there: bool) -> None:
        """Publish whether the microphone is there, retained."""
        self._presence.microphone(there=there)

    def wake(self, detection: Detection) -> None:
        """Publish the event of a detected wake word."""
        event = wake_event(self._topics, detection, _now())
        self.publish(event)
        self._neighbours.woken(detection, event)

    def wake_rejected(self, detection: Detection, opinion: Opinion) -> None:
        """Publish the event of a detection that the second stage rejected."""
        self.publish(wake_rejected_event(self._topics, detection, opinion, _now()))

    def outcome(self, outcome: Outcome) -> None:
        """Publish the event of a command that was recognised or rejected."""
        events = outcome_events(self._topics, outcome, _now())
        for event in events:
            self.publish(event)
        self._neighbours.answered(outcome, events)

    def setting(self, name: str, value: str) -> None:
        """Publish a setting of the running daemon, retained; `name` is the topic's below the site."""
        self._retain(f"voiced/{self._topics.site}/{name}", value)

    def act(self, action: Action) -> None:
        """Publish and log an action; a failed delivery is logged later."""
        log.info("publishing %s %r", action.topic, action.payload)
        self.publish(action)

    def publish(self, action: Action) -> Future[Delivery]:
        """Queue a message; the future holds its Delivery once the broker confirmed it or it expired."""
        self._overheard(action.topic, action.payload, False)  # noqa: FBT003 # not retained
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
        self._overheard(topic, payload, True)  # noqa: FBT003 # retained
        self._outbox.retain(topic, payload)
        self._bell.ring()

    # From here on: the connection's thread.

    def _run(self) -> None:
        """Connect and serve until closed; after failures wait longer and longer."""
        back_off = BackOff()
        while not self._closing:
            back_off.failed(self._connect_and_serve())
            self._rest(back_off)

    def _connect_and_serve(self) -> End:
        try:
            connection = self._connect()
        except BrokerError as error:
            return self._not_connected(error)
        except Exception as error:  # noqa: BLE001 # logged there; the thread goes on
            self._note_bug(error, "the attempt to connect")
            return End.REFUSED
        began = monotonic()
        try:
            self._serve(connection)
        except Exception as error:  # noqa: BLE001 # a bug must cost one connection, not the thread
            self._note_bug(error, f"the connection to {connection.where}")
        self.connected = False
        connection.drop("given up")
        self._outbox.disconnected()
        if not connection.worked:
            return End.REFUSED
        return End.LOST if monotonic() - began > STABLE_SECONDS else End.SHORT

    def _note_bug(self, error: Exception, what: str) -> None:
        if self._complaints.worth_saying(repr(error), monotonic()):
            log.error("an internal error ended %s", what, exc_info=error)

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

    def _not_connected(self, error: BrokerError) -> End:
        """Fail `open` if the first try was refused for good; else log it, unless that was said lately."""
        is_away = isinstance(error, BrokerAwayError)
        with suppress(InvalidStateError):  # raised unless this is the first try
            if not is_away:
                self._first_try.set_exception(error)
                self._closing = True
                return End.REFUSED
            self._first_try.set_result(None)
        if not self._closing and self._complaints.worth_saying(str(error), monotonic()):
            log.warning("%s; trying again until it works", error)
        return End.AWAY if is_away and not isinstance(error, BrokerBusyError) else End.REFUSED

    def _serve(self, connection: Connection) -> None:
        """Send and receive over a connection until it breaks or the client closes."""
        began = monotonic()
        connection.subscribe([*self._topics.commands, *self._neighbours.topics])
        self._outbox.connected()
        self.connected = True
        news = f"connected to {connection.where} with MQTT {connection.settings.version}"
        is_told = self._complaints.worth_saying(news, began)
        if is_told:
            log.info("%s", news)
        with suppress(InvalidStateError):
            self._first_try.set_result(None)
        while connection.alive and not self._closing:
            turn(connection, self._outbox, 1.0)
            self._hear(connection)
            if monotonic() - began > CALM_SECONDS:
                self._complaints.forget()
                if not is_told:
                    log.info("%s", news)
                is_told = True
        if self._closing:
            self._leave(connection)
        else:
            self._complain_of_loss(connection, monotonic() - began)

    def _complain_of_loss(self, connection: Connection, seconds: float) -> None:
        if seconds > STABLE_SECONDS:
            problem = f"lost {connection.where}: {connection.why_ended}"
        else:  # two clients with one id: the broker ends the older connection (3.1.4), often without a reason
            question = f"is another voiced called {self._topics.site!r} too (site)?"
            problem = f"lost {connection.where} at once: {connection.why_ended}; {question}"
        if self._complaints.worth_saying(problem, monotonic()):
            log.warning("%s", problem)

    def _hear(self, connection: Connection) -> None:
        while connection.received:
            topic, payload = connection.received.popleft()
            try:
                if topic not in self._neighbours.topics:
                    self._on_command(read_command(self._topics, topic, payload, monotonic()))
                elif command := self._neighbours.read(topic, payload):
                    self._on_command(command)
            except ValueError as error:
                problem = f"ignored a command on {topic}: {error}"
                if self._nonsense.worth_saying(problem, monotonic()):
                    log.warning("%s", problem)
            except Exception as error:  # noqa: BLE001 # a bug must cost one command
                self._note_bug(error, f"the command on {topic}")

    def _leave(self, connection: Connection) -> None:
        """Publish `offline` and disconnect; without a confirmation, leave that to the last will."""
        self._outbox.retain(self._topics.availability, "offline")
        until = monotonic() + FAREWELL_SECONDS
        while connection.alive and not self._outbox.idle and monotonic() < until:
            turn(connection, self._outbox, until - monotonic())
        if self._outbox.idle:
            connection.leave()

    def _rest(self, back_off: BackOff) -> None:
        """Wait before the next attempt: less long while an action waits for a broker that is away."""
        began = monotonic()
        while not self._closing:
            now = monotonic()
            self._outbox.expire(now)
            until = began + back_off.pause(urgent=self._outbox.urgent)
            if now >= until:
                return
            self._bell.wait(min(until, self._outbox.next_deadline()) - now)


def _now() -> datetime:
    return datetime.now(UTC).astimezone()
