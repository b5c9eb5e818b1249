"""Reloads intents in a running daemon: a thread reads and compiles them while the old ones serve.

The assistant receives the new pipelines as an event between two others, so that each command is recognised and answered
under one grammar. The second stage of wake words switches with this event. After a mistake in the intents the old ones
stay, and each problem is logged. Knows no signals.
"""

from __future__ import annotations

import logging
from queue import SimpleQueue
from typing import TYPE_CHECKING

from voiced.assistant import Reloaded
from voiced.errors import VoicedError
from voiced.foundations.relay import start_thread
from voiced.recognition.pipelines import Pipelines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from voiced.assistant import Heard
    from voiced.foundations.systemd import Systemd
    from voiced.grammar import Grammar
    from voiced.listening.second_stage import SecondStage

log = logging.getLogger(__name__)


class Reloader:
    """Reloads the intents in a thread, each time `ask` is called."""

    def __init__(
        self, intents: Path, read: Callable[[], Pipelines], announce: Callable[[Reloaded], bool], systemd: Systemd
    ) -> None:
        """`read` compiles the intents into pipelines; `announce` queues them as an event, False if it cannot."""
        self._intents = intents
        self._read = read
        self._announce = announce
        self._systemd = systemd
        self._asked: SimpleQueue[None] = SimpleQueue()  # its `put` is safe in signal handlers
        start_thread(self._serve, "reload")

    def ask(self) -> None:
        """Request a reload and return at once; safe in signal handlers."""
        self._asked.put(None)

    def _serve(self) -> None:
        while True:
            self._asked.get()
            while not self._asked.empty():  # one reload serves all requests so far
                self._asked.get()
            self._systemd.reloading()
            try:
                self._reload()
            except Exception:  # a bug must cost one reload, not the thread: the next one may go well
                log.exception("an internal error ended the reload; the intents from before stay")
            self._systemd.ready()

    def _reload(self) -> None:
        try:
            pipelines = self._read()
        except VoicedError as error:
            for problem in str(error).splitlines():
                log.error("%s", problem)  # noqa: TRY400 # the user's mistake, not ours: a sentence, no traceback
            log.error("%s: not reloaded; the intents from before stay", self._intents)  # noqa: TRY400 # no traceback
            return
        if self._announce(Reloaded(pipelines)):
            log.info("%s: reloaded, %d intents", self._intents, _n_intents(pipelines.grammar_of(None)))
        else:
            log.warning("%s: not reloaded, too much is going on; ask again", self._intents)


def _n_intents(grammar: Grammar) -> int:
    return len({name for each in grammar.every for name in each.intents})


def followed(events: Iterable[Heard], second_stage: SecondStage) -> Iterator[Heard]:
    """Yield all events; at each `Reloaded`, switch the second stage to the new pipelines first."""
    for event in events:
        if isinstance(event, Reloaded) and isinstance(event.recognizer, Pipelines):
            second_stage.opinion = event.recognizer.opinion
        yield event
