"""How long to wait before the next attempt to connect. Pure: knows no broker, clock or thread.

A broker that is away may be back at any moment, and a command that waits for it is soon too old: try often. A broker
that turns us away wants to be left alone: one that bans clients counts the attempts.
"""

from __future__ import annotations

from enum import Enum

FIRST_PAUSE_SECONDS = 0.25  # after the first failure; doubled after each further one …
LONGEST_AWAY_SECONDS = 5.0  # … up to this while nobody answers, or a connection does not last,
LONGEST_REFUSED_SECONDS = 60.0  # … and up to this while the broker turns us away
URGENT_SECONDS = 0.5  # longest pause while an action waits for a broker that is away


class End(Enum):
    """How an attempt to connect ended."""

    AWAY = "away"  # nobody answered
    REFUSED = "refused"  # the broker refused us, or welcomed us and did nothing else
    SHORT = "short"  # a connection broke that had worked, but only for a moment
    LOST = "lost"  # a connection that had worked broke


class BackOff:
    """Pauses that grow with each failure."""

    def __init__(self) -> None:
        """Begin as after a connection that worked."""
        self._pause = FIRST_PAUSE_SECONDS / 2
        self._hurries = True  # an action that waits makes the pause shorter

    def failed(self, end: End) -> None:
        """Note how the last attempt ended."""
        self._hurries = end in {End.AWAY, End.LOST}
        longest = LONGEST_REFUSED_SECONDS if end is End.REFUSED else LONGEST_AWAY_SECONDS
        self._pause = FIRST_PAUSE_SECONDS if end is End.LOST else min(2 * self._pause, longest)

    def pause(self, *, urgent: bool) -> float:
        """Return the seconds from the last failure to the next attempt; `urgent`: an action waits."""
        return min(self._pause, URGENT_SECONDS) if urgent and self._hurries else self._pause
