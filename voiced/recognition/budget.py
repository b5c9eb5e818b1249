"""How much time the recognition of one utterance has, and whether somebody waits for something else meanwhile.

A further pass is only begun if it will end within `recognizer.patience` of the end of the speech. A pass under way is
given up, between two steps of the decoder, if something else waits. The first pass costs little and decides most, so
that it goes on unless nobody wants its result any more. Knows no clock, queue or signal: these are the caller's.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class GivenUpError(Exception):
    """A pass was given up: something else waits."""


def _never() -> bool:
    return False


def _just_now() -> float:
    return -inf


@dataclass(frozen=True, slots=True)
class Budget:
    """What recognition asks its caller. The functions are called between steps of the decoder: they must be quick."""

    age: Callable[[], float] = _just_now  # seconds since the end of the speech
    overtaken: Callable[[], bool] = _never  # nobody wants the result: the speaker starts over, or the program ends
    awaited: Callable[[], bool] = _never  # something else waits for an answer, such as a written sentence

    def go_on(self) -> None:
        """Ask whether the first pass may go on. GivenUpError if not."""
        if self.overtaken():
            raise GivenUpError

    def go_further(self) -> None:
        """Ask whether a further pass may go on. GivenUpError if not."""
        if self.overtaken() or self.awaited():
            raise GivenUpError


UNHURRIED = Budget()  # all passes, however long they take
