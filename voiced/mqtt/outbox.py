"""What waits for the broker, for how long, and what became of it. Decides only: knows no broker, clock, thread or log.

A spoken command that cannot be delivered now must not be delivered later: "turn on the oven" ten minutes late is a
bug. Hence these rules, which live here and nowhere else:

1. A message waits here, with a deadline, and is handed to the connection only while there is one that answers: a
   broker that owes a confirmation for longer than SILENCE gets nothing more. (What it has been given cannot be taken
   back: a broker that was stopped delivers it when it goes on.)
2. When the connection breaks, what it had not confirmed is not sent again: the broker may have passed it on, and
   toggling a light twice is as wrong as never. It counts as unconfirmed, and whoever sent it is told.
3. What is retained (availability, state, mute) is the opposite: the last value counts, and it is told again after every
   connect, since a broker that crashed has forgotten it.
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

SILENCE = 1.0  # seconds; a broker nearby confirms within milliseconds
HANDSHAKE = 2  # the quality of service whose delivery takes two steps
IN_FLIGHT = 10  # messages not yet confirmed; fewer than any broker allows by default


class Delivery(Enum):
    """What became of a message."""

    DELIVERED = "delivered"  # the broker has it
    EXPIRED = "expired"  # the broker was away for longer than the message is good for
    REFUSED = "refused"  # the broker does not let us publish there
    UNCONFIRMED = "unconfirmed"  # the broker did not confirm it; it may have arrived


@dataclass(frozen=True, eq=False)
class Parcel:
    """A message on its way."""

    action: Action
    deadline: float  # seconds of the clock; inf for what is retained
    delivery: Future[Delivery] = field(default_factory=Future)


class Outbox:
    """Filled from any thread; emptied by one, the connection's."""

    def __init__(self, report: Callable[[Action, Delivery], None]) -> None:
        """`report` hears what became of each message, in the thread that finds out, before its future is done."""
        self._report = report
        self._lock = threading.Lock()  # held for a few operations on the queue, never while calling out
        self._waiting: deque[Parcel | str] = deque()  # a string: the topic of a retained value, looked up when sent
        self._retained: dict[str, str] = {}  # topic → payload
        self._in_flight: dict[int, tuple[Parcel, float]] = {}  # packet id → parcel, time when it was handed over
        self._connected = False
        self._closed = False

    def post(self, action: Action, now: float) -> Future[Delivery]:
        """Take a message; it is good for `action.expires` seconds from now."""
        parcel = Parcel(action, now + action.expires)
        if self._closed:
            self._settle(parcel, Delivery.EXPIRED)
            return parcel.delivery
        with self._lock:
            self._waiting.append(parcel)
        return parcel.delivery

    def retain(self, topic: str, payload: str) -> None:
        """Take a value that everyone may look up: told now, and after each connect."""
        with self._lock:
            self._retained[topic] = payload
            if self._connected and topic not in self._waiting:
                self._waiting.append(topic)

    @property
    def idle(self) -> bool:
        """Nothing waits, nothing is under way."""
        return not self._waiting and not self._in_flight

    def connected(self) -> None:
        """A connection is there: all retained values go first."""
        with self._lock:
            self._connected = True
            others = [waiting for waiting in self._waiting if isinstance(waiting, Parcel)]
            self._waiting = deque([*self._retained, *others])

    def disconnected(self) -> None:
        """The connection is gone, and with it what it had not confirmed."""
        with self._lock:
            self._connected = False
            lost = [parcel for parcel, _ in self._in_flight.values()]
            self._in_flight.clear()
        for parcel in lost:
            self._settle(parcel, Delivery.UNCONFIRMED)

    def take(self, now: float) -> Parcel | None:
        """The next message to hand over; none while the broker is slow to confirm earlier ones."""
        oldest = min((since for _, since in self._in_flight.values()), default=now)
        if now - oldest > SILENCE or len(self._in_flight) >= IN_FLIGHT:
            return None
        with self._lock:
            if not self._waiting:
                return None
            waiting = self._waiting.popleft()
            if isinstance(waiting, Parcel):
                return waiting
            return Parcel(Action(waiting, self._retained[waiting], retain=True), inf)

    def handed_over(self, packet_id: int, parcel: Parcel, now: float) -> None:
        """The connection has it, under this number."""
        self._in_flight[packet_id] = (parcel, now)

    def confirmed(self, packet_id: int, *, refused: bool = False) -> None:
        """The broker has it, or will not have it; unknown numbers belong to messages given up earlier."""
        if packet_id in self._in_flight:
            parcel, _ = self._in_flight.pop(packet_id)
            self._settle(parcel, Delivery.REFUSED if refused else Delivery.DELIVERED)

    def refused(self, parcel: Parcel) -> None:
        """It could not even be handed over."""
        self._settle(parcel, Delivery.REFUSED)

    def expire(self, now: float) -> bool:
        """Give up what is too old; true if a handshake under way (QoS 2) must be broken off to keep it from ending."""
        with self._lock:
            late = [waiting for waiting in self._waiting if isinstance(waiting, Parcel) and waiting.deadline <= now]
            for parcel in late:
                self._waiting.remove(parcel)
        for parcel in late:
            self._settle(parcel, Delivery.EXPIRED)
        overdue = [parcel for parcel in self._unsettled() if parcel.deadline <= now]
        for parcel in overdue:
            self._settle(parcel, Delivery.UNCONFIRMED)
        return any(parcel.action.qos == HANDSHAKE for parcel in overdue)

    def next_deadline(self) -> float:
        """When `expire` has something to do next, in seconds of the clock."""
        with self._lock:
            waiting = [parcel.deadline for parcel in self._waiting if isinstance(parcel, Parcel)]
        return min([*waiting, *(parcel.deadline for parcel in self._unsettled())], default=inf)

    def close(self) -> None:
        """Nothing is sent any more, now or later."""
        self.disconnected()
        self._closed = True
        self.expire(inf)

    def _unsettled(self) -> list[Parcel]:
        """Under way, and not given up."""
        return [parcel for parcel, _ in self._in_flight.values() if not parcel.delivery.done()]

    def _settle(self, parcel: Parcel, delivery: Delivery) -> None:
        """Tell what became of it, once; what is retained only if telling it again will not help either."""
        if parcel.delivery.done():
            return
        if parcel.deadline < inf or delivery is Delivery.REFUSED:
            self._report(parcel.action, delivery)
        parcel.delivery.set_result(delivery)
