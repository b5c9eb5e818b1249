"""Hands everything that the daemon tells, by topic and payload, to those who listen at the moment.

Told by any thread, heard in the event loop. Whoever does not keep up is let go: nobody waits for a slow listener.
"""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_WAITING = 1_000  # messages that a listener has not taken; some hundreds come with a command


@dataclass(frozen=True, slots=True)
class Told:
    """One message of the daemon."""

    topic: str
    payload: str
    retained: bool

    @property
    def event(self) -> dict[str, Any]:
        """Its JSON object; empty if it holds something else, as what users publish on our topics may."""
        try:
            told = json.loads(self.payload)
        except (ValueError, RecursionError):
            return {}
        return told if isinstance(told, dict) else {}


Listener: TypeAlias = "asyncio.Queue[Told | None]"  # None: it did not keep up, and gets nothing any more


class Hub:
    """Everything that is told, and the newest of what is retained."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # held while an attribute is read or written
        self._listeners: dict[Listener, asyncio.AbstractEventLoop] = {}
        self._retained: dict[str, Told] = {}

    def tell(self, topic: str, payload: str, retained: bool) -> None:  # noqa: FBT001 # as the MQTT client calls it
        """Hand a message on, from any thread; returns at once."""
        told = Told(topic, payload, retained)
        with self._lock:
            if retained:
                self._retained[topic] = told
            for listener, loop in self._listeners.items():
                with suppress(RuntimeError):  # the loop has ended with the daemon
                    loop.call_soon_threadsafe(_put, listener, told)

    def retained(self, topic: str) -> str | None:
        """Return the newest payload of a retained topic; None if there was none."""
        with self._lock:
            found = self._retained.get(topic)
            return found.payload if found else None

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """Give a queue of all that is told from now on, after what is retained; for the event loop that runs."""
        listener: Listener = asyncio.Queue(MOST_WAITING)
        with self._lock:
            for told in self._retained.values():
                _put(listener, told)
            self._listeners[listener] = asyncio.get_running_loop()
        try:
            yield listener
        finally:
            with self._lock:
                del self._listeners[listener]


def _put(listener: Listener, told: Told) -> None:
    if listener.qsize() < MOST_WAITING - 1:
        listener.put_nowait(told)
    elif listener.qsize() == MOST_WAITING - 1:
        listener.put_nowait(None)
