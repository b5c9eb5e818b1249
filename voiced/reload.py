"""New intents for a running daemon: read and compiled beside it when asked for, while the old ones serve.

The assistant gets them as one more event, so that no command is recognised under one grammar and answered under
another; the second stage of wake words changes over with the same event. Intents with a mistake are reported as at the
start, and the old ones stay. Knows no signals; who calls `ask` does.
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
    from voiced.listening.second_stage import SecondStage

log = logging.getLogger(__name__)


class Reloader:
    """Reads the intents again whenever it is asked to."""

    def __init__(
        self, intents: Path, read: Callable[[], Pipelines], announce: Callable[[Reloaded], bool], systemd: Systemd
    ) -> None:
        """`read` reads the intents; `announce` hands what it made of them on, and is false if it was not taken."""
        self._intents = intents
        self._read = read
        self._announce = announce
        self._systemd = systemd
        self._asked: SimpleQueue[None] = SimpleQueue()  # `put` may interrupt anything, as signal handlers do
        start_thread(self._serve, "reload")

    def ask(self) -> None:
        """Reload soon; from a signal handler, too."""
        self._asked.put(None)

    def _serve(self) -> None:
        while True:
            self._asked.get()
            while not self._asked.empty():  # once is enough for all who have asked by now
                self._asked.get()
            self._systemd.reloading()
            self._reload()
            self._systemd.ready()

    def _reload(self) -> None:
        try:
            pipelines = self._read()
        except VoicedError as error:
            for problem in str(error).splitlines():
                log.error("%s", problem)  # noqa: TRY400 # the user's mistake, not ours: a sentence, no traceback
            log.error("%s: not reloaded; the intents from before stay", self._intents)  # noqa: TRY400 # as above
            return
        if self._announce(Reloaded(pipelines)):
            log.info("%s: reloaded, %d intents", self._intents, len(pipelines.grammar_of(None).intents))
        else:
            log.warning("%s: not reloaded, too much is going on; ask again", self._intents)


def followed(events: Iterable[Heard], second_stage: SecondStage) -> Iterator[Heard]:
    """All events; where new pipelines come among them, the second stage asks those from there on."""
    for event in events:
        if isinstance(event, Reloaded) and isinstance(event.recognizer, Pipelines):
            second_stage.opinion = event.recognizer.opinion
        yield event
