"""Begins anew with listening after an error in the program: it costs one recording, not the daemon.

What is wrong with the source of the frames is no error of the ear, and is raised. So is one error too many: where each
frame ends in one, a new process is the better remedy.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from voiced.flow import Ending, Utterance
from voiced.listening.tuning import FORGIVEN_ERRORS, FORGIVEN_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from voiced.flow import AudioFrame
    from voiced.listening.events import Event
    from voiced.listening.requests import Requests

log = logging.getLogger(__name__)


def recovering(
    frames: Iterable[AudioFrame],
    ear: Callable[[Iterator[AudioFrame]], Iterator[Event]],
    requests: Requests,
    forget: Callable[[], None],
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Event]:
    """Yield the events of an ear over the frames, and after an error those of a new one.

    `forget` clears what detectors keep between frames. A recording that the error broke off is yielded as an empty
    utterance, so that it is answered.
    """
    source, failures = _Source(frames), deque[float](maxlen=FORGIVEN_ERRORS)
    while True:
        try:
            yield from ear(source)
        except Exception:
            if source.failed or _is_one_too_many(failures, clock()):
                raise
            log.exception("an internal error ended a recording; listening goes on")
        else:
            return
        forget()
        if requests.begin_again():
            yield Utterance(np.zeros(0, np.float32), source.end, (source.end, source.end), Ending.NO_SPEECH)


def _is_one_too_many(failures: deque[float], now: float) -> bool:
    """Note a failure at second `now`; return whether FORGIVEN_ERRORS came before it, all of them lately."""
    too_many = len(failures) == FORGIVEN_ERRORS and now - failures[0] < FORGIVEN_SECONDS
    failures.append(now)
    return too_many


class _Source:
    """The frames, for one ear after the other; knows whether it was the source that failed."""

    def __init__(self, frames: Iterable[AudioFrame]) -> None:
        self._frames = iter(frames)
        self.failed = False
        self.end = 0  # sample after the newest frame

    def __iter__(self) -> Iterator[AudioFrame]:
        return self

    def __next__(self) -> AudioFrame:
        self.failed = True
        frame = next(self._frames)  # whatever this raises stays a failure, StopIteration excepted
        self.failed = False
        self.end = frame.end
        return frame
