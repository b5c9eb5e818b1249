"""Carries out actions: messages are published, programs are run, in the order in which they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

from voiced.flow import Program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.acting.programs import Programs
    from voiced.flow import Action, Detection, Outcome, State


class Publisher(Protocol):
    """Publishes what happens, and sends messages: `Mqtt` in the daemon."""

    def state(self, state: State) -> None: ...
    def wake(self, detection: Detection) -> None: ...
    def outcome(self, outcome: Outcome) -> None: ...
    def act(self, action: Action) -> None: ...


class Doing:
    """Publishes what happens, and carries out actions of both kinds; a context manager, whose end ends programs."""

    def __init__(self, publisher: Publisher, programs: Programs) -> None:
        self.state, self.wake, self.outcome = publisher.state, publisher.wake, publisher.outcome
        self._publisher, self._programs = publisher, programs

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._programs.close()

    def act(self, actions: Sequence[Action | Program]) -> None:
        """Carry out the actions of one command; returns at once.

        Messages do not wait for programs, but programs for each other: a key is for the window that was opened.
        """
        waiting = [action for action in actions if isinstance(action, Program)]
        for action in actions:
            if not isinstance(action, Program):
                self._publisher.act(action)
            elif waiting:
                self._programs.run(waiting)
                waiting = []
