"""Which problems are worth a line in the log: what goes wrong every few seconds, for days, must not fill it. Pure."""

from __future__ import annotations

REMINDER_SECONDS = 600.0  # between two lines about one problem
MOST_LINES = 20  # about different problems within that time


class Complaints:
    """Remembers what has been said lately."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._said: dict[str, float] = {}  # sentence → second when it was said

    def worth_saying(self, sentence: str, now: float) -> bool:
        """Whether a sentence is news at second `now`: then it counts as said."""
        self._said = {said: when for said, when in self._said.items() if now - when < REMINDER_SECONDS}
        if sentence in self._said or len(self._said) >= MOST_LINES:
            return False
        self._said[sentence] = now
        return True

    def forget(self) -> None:
        """Forget what was said: all is well, and each problem is news again."""
        self._said.clear()
