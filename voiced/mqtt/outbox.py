"""Queue of messages for the broker, each with a deadline and a result. Pure: knows no broker, clock, thread or log.

A spoken command that cannot be delivered now must not be delivered later: "turn on the oven" ten minutes late is a
bug. The rules:

1. A message waits here until its deadline, and is never handed over after it. It goes to the connection only while the
   broker confirms in time: once a confirmation is overdue by SLOW_SECONDS, nothing more is sent. (What was sent cannot
   be taken back: a suspended broker delivers it when it resumes.)
2. When the connection breaks, unconfirmed messages are not sent again, unlike in MQTT's own sessions (5.0, 4.4): the
   broker may have passed them on, and toggling a light twice is as wrong as never. The sender gets UNCONFIRMED.
3. Retained values (availability, state, mute, microphone) are the exception: only the newest value of a topic counts.
   All are sent again after every connect, since a broker that crashed may have lost them.
"""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import Enum
from math import inf
from typing import TYPE_CHECKING

from voiced.flow import Action

if TYPE_CHECKING:
    from collections.abc import Callable

SLOW_SECONDS = 1.0  # without a confirmation; a broker in the house confirms within milliseconds
EXACTLY_ONCE = 2  # QoS 2, a handshake of two round trips (MQTT 5.0, 4.3.3)
MOST_IN_FLIGHT = 10  # unconfirmed messages; fewer than common brokers allow by default (Receive Maximum, MQTT 5.0, 4.9)


class Delivery(Enum):
    """Result of a message."""

    DELIVERED = "delivered"  # confirmed by the broker
    EXPIRED = "expired"  # never sent: its deadline passed while it waited
    REFUSED = "refused"  # the broker does not allow that topic, or it is no valid topic
    UNCONFIRMED = "unconfirmed"  # sent, but not confirmed; it may have arrived


@dataclass(frozen=True, eq=False)
class Parcel:
    """A message with its deadline and the future of its result."""

    action: Action
    deadline: float  # seconds on the caller's clock; inf for retained values
    delivery: Future[Delivery] = field(default_factory=Future)


class Outbox:
    """Message queue: any thread adds, only the connection's thread takes and settles."""

    def __init__(self, report: Callable[[Action, Delivery], None]) -> None:
        """Make an empty queue; `report` gets each result just before its future is set, in the settling thread."""
        self._report = report
        self._lock = threading.Lock()  # held for a few operations on the queue, never while calling out
        self._waiting: deque[Parcel | str] = deque()  # a string is the topic of a retained value, looked up when sent
        self._retained: dict[str, str] = {}  # topic → payload
        self._in_flight: dict[int, tuple[Parcel, float]] = {}  # packet id → parcel, second when it was sent
        self._connected = False
        self._closed = False

    def post(self, action: Action, now: float) -> Future[Delivery]:
        """Queue a message that expires `action.expires` seconds after `now`; returns the future of its result."""
        parcel = Parcel(action, now + action.expires)
        if self._closed:
            self._settle(parcel, Delivery.EXPIRED)
            return parcel.delivery
        with self._lock:
            self._waiting.append(parcel)
        return parcel.delivery

    def retain(self, topic: str, payload: str) -> None:
        """Set a topic's retained value: sent soon, and again after each connect."""
        with self._lock:
            self._retained[topic] = payload
            if self._connected and topic not in self._waiting:
                self._waiting.append(topic)

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is unconfirmed."""
        return not self._waiting and not self._in_flight

    @property
    def urgent(self) -> bool:
        """Whether a message with a deadline waits; retained values can wait for ever."""
        with self._lock:
            return any(isinstance(waiting, Parcel) for waiting in self._waiting)

    def connected(self) -> None:
        """Note a new connection: all retained values are queued, before other messages."""
        with self._lock:
            self._connected = True
            others = [waiting for waiting in self._waiting if isinstance(waiting, Parcel)]
            self._waiting = deque([*self._retained, *others])

    def disconnected(self) -> None:
        """Note a lost connection: messages that it had not confirmed become UNCONFIRMED."""
        with self._lock:
            self._connected = False
            lost = [parcel for parcel, _ in self._in_flight.values()]
            self._in_flight.clear()
        for parcel in lost:
            self._settle(parcel, Delivery.UNCONFIRMED)

    def take(self, now: float) -> Parcel | None:
        """Return the next message to send, or None while the broker is slow to confirm earlier ones.

        Messages before it whose deadline has passed at second `now` are settled as EXPIRED: read the clock for each.
        """
        oldest = min((since for _, since in self._in_flight.values()), default=now)
        if now - oldest > SLOW_SECONDS or len(self._in_flight) >= MOST_IN_FLIGHT:
            return None
        while parcel := self._next():
            if parcel.deadline > now:
                return parcel
            self._settle(parcel, Delivery.EXPIRED)
        return None

    def _next(self) -> Parcel | None:
        """Remove the first message from the queue; None if nothing waits."""
        with self._lock:
            waiting = self._waiting.popleft() if self._waiting else None
            if isinstance(waiting, str):
                return Parcel(Action(waiting, self._retained[waiting], retain=True), inf)
            return waiting

    def handed_over(self, packet_id: int, parcel: Parcel, now: float) -> None:
        """Note that a message was sent under a packet id at second `now`."""
        self._in_flight[packet_id] = (parcel, now)

    def confirmed(self, packet_id: int, *, refused: bool = False) -> None:
        """Settle a sent message by its packet id; unknown ids belong to messages given up earlier."""
        if packet_id in self._in_flight:
            parcel, _ = self._in_flight.pop(packet_id)
            self._settle(parcel, Delivery.REFUSED if refused else Delivery.DELIVERED)

    def refused(self, parcel: Parcel) -> None:
        """Settle a message as REFUSED that could not be sent at all."""
        self._settle(parcel, Delivery.REFUSED)

    @property
    def given_up(self) -> bool:
        """Whether a message that was handed over is overdue, and still neither confirmed nor refused."""
        return any(parcel.delivery.done() for parcel, _ in self._in_flight.values())

    def expire(self, now: float) -> bool:
        """Give up messages past their deadline; returns whether a QoS 2 handshake is open and must be broken off."""
        with self._lock:
            late = [waiting for waiting in self._waiting if isinstance(waiting, Parcel) and waiting.deadline <= now]
            if late:
                gone = set(map(id, late))
                self._waiting = deque(waiting for waiting in self._waiting if id(waiting) not in gone)
        for parcel in late:
            self._settle(parcel, Delivery.EXPIRED)
        overdue = [parcel for parcel in self._unsettled() if parcel.deadline <= now]
        for parcel in overdue:
            self._settle(parcel, Delivery.UNCONFIRMED)
        return any(parcel.action.qos == EXACTLY_ONCE for parcel in overdue)

    def next_deadline(self) -> float:
        """Return the second at which `expire` must be called next; inf if nothing waits."""
        with self._lock:
            waiting = [parcel.deadline for parcel in self._waiting if isinstance(parcel, Parcel)]
        return min([*waiting, *(parcel.deadline for parcel in self._unsettled())], default=inf)

    def close(self) -> None:
        """Settle all messages, and refuse later ones as EXPIRED."""
        self.disconnected()
        self._closed = True
        self.expire(inf)

    def _unsettled(self) -> list[Parcel]:
        """Return the messages that were sent and are neither confirmed nor given up."""
        return [parcel for parcel, _ in self._in_flight.values() if not parcel.delivery.done()]

    def _settle(self, parcel: Parcel, delivery: Delivery) -> None:
        """Set a message's result once; a lost retained value is not reported, since the next connect repeats it."""
        if parcel.delivery.done():
            return
        if parcel.deadline < inf or delivery is Delivery.REFUSED:
            self._report(parcel.action, delivery)
        parcel.delivery.set_result(delivery)
