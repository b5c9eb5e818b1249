"""The daemon's retained topics: what it does, whether it is muted, whether its microphone is there."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from voiced.flow import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiced.mqtt.topics import Topics


class Presence:
    """Publishes the state of the daemon; any thread may call.

    Mute is told at once, whatever the daemon does, and while it is on, the state is `muted`.
    """

    def __init__(self, topics: Topics, retain: Callable[[str, str], None]) -> None:
        """`retain` publishes a topic's retained payload, and returns at once."""
        self._topics = topics
        self._retain = retain
        self._lock = threading.Lock()  # held while an attribute is read or written, so that the newest comes last
        self._state = State.WAITING
        self._muted: bool | None = None  # None: not told yet
        self._microphone: bool | None = None  # None: not told yet

    def state(self, state: State) -> None:
        """Publish what the daemon does."""
        with self._lock:
            self._state = State.WAITING if state is State.MUTED else state
            self._show()

    def muted(self, *, muted: bool) -> None:
        """Publish whether the microphone is muted, and the state that follows."""
        with self._lock:
            if muted is self._muted:
                return
            self._muted = muted
            self._retain(self._topics.mute, "ON" if muted else "OFF")
            self._show()

    def microphone(self, *, there: bool) -> None:
        """Publish whether the microphone is there."""
        with self._lock:
            if there is not self._microphone:
                self._microphone = there
                self._retain(self._topics.microphone, "ok" if there else "missing")

    def _show(self) -> None:
        self._retain(self._topics.state, (State.MUTED if self._muted else self._state).value)
