"""Who waits for what becomes of a command that Home Assistant carries out, by the id of the command; any thread."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command."""

    text: str = ""  # Home Assistant's, or why it was not done; empty: there is nothing to say
    done: bool = True


class Answers:
    """Hands the answer to a command to whoever waits for it; of several commands in one sentence, all at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # held while an attribute is read or written
        self._waiting: dict[str, Callable[[Answer], object]] = {}
        self._parts: dict[str, list[Answer]] = {}  # of those that are waited for

    @contextmanager
    def awaited(self, command: str, tell: Callable[[Answer], object]) -> Iterator[None]:
        """Call `tell` with the answer to a command, in whatever thread it comes, while the context lasts."""
        self.expect(command, tell)
        try:
            yield
        finally:
            self._forget(command)

    def expect(self, command: str, tell: Callable[[Answer], object]) -> None:
        """Call `tell` with the answer to a command that is certainly carried out, or found to be nobody's affair."""
        with self._lock:
            self._waiting[command], self._parts[command] = tell, []

    def _forget(self, command: str) -> None:
        with self._lock:
            self._waiting.pop(command, None)
            self._parts.pop(command, None)

    def note(self, command: str, answer: Answer, *, is_last: bool = True) -> None:
        """Learn an answer to a command; `is_last`: no further one comes."""
        with self._lock:
            tell, parts = self._waiting.get(command), self._parts.get(command, [])
            parts.append(answer)
        if tell and is_last:
            self._forget(command)
            tell(Answer(". ".join(each.text for each in parts if each.text), all(each.done for each in parts)))
