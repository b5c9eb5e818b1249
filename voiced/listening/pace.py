"""Links the samples of a stream to the clock: how many seconds ago was a sample spoken?

All other files count samples. `Pace` notes when the sound of each frame came, and computes the age of any sample from
that: not when the frame was taken, which on a busy machine is up to ten seconds later. Sound may come late, but never
before it was spoken, so the frame that came soonest of the last RECENT_SECONDS tells when all others were spoken. (Of
longer ago it would not: clocks of sound cards run fast or slow, and a starved sound server loses sound without a sign.)

`Pace` also feeds the service manager's watchdog with each frame: while sound comes, the daemon is alive.
"""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Protocol

from voiced.flow import SAMPLE_RATE, Sentence
from voiced.listening.tuning import RECENT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from voiced.flow import AudioFrame, Utterance


class Feeds(Protocol):
    """Takes signs of life: `Watchdog` in the daemon."""

    def feed(self) -> None: ...


class Pace:
    """Passes frames on, and notes when each came."""

    def __init__(
        self,
        frames: Iterable[AudioFrame],
        watchdog: Feeds,
        on_first: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`on_first` is called when the first frame comes; `clock` returns seconds."""
        self._frames = frames
        self._watchdog = watchdog
        self._on_first = on_first
        self._clock = clock
        self._began = False
        # Of recent frames: when each came, and when the stream's first sample was spoken by what it tells; rising.
        self._recent: deque[tuple[float, float]] = deque()
        self._zero = 0.0  # when the stream's first sample was spoken, on the clock, by the frame that came soonest

    def frames(self) -> Iterator[AudioFrame]:
        """Yield the frames unchanged."""
        for frame in self._frames:
            if not self._began:
                self._began = True
                self._on_first()
            self._note(frame.end, frame.came or self._clock())
            self._watchdog.feed()
            yield frame

    def _note(self, end: int, came: float) -> None:
        """Note that the frame before sample `end` came at second `came`: minimum of a sliding window."""
        recent = self._recent
        zero = came - end / SAMPLE_RATE
        while recent and recent[-1][1] >= zero:  # a frame that came later, and told more: of no use any more
            recent.pop()
        recent.append((came, zero))
        while recent[0][0] < came - RECENT_SECONDS:
            recent.popleft()
        self._zero = recent[0][1]

    def since(self, heard: Utterance | Sentence) -> float:
        """Return the seconds since the speech of an utterance ended, or since a sentence in writing arrived."""
        if isinstance(heard, Sentence):
            return self._clock() - heard.arrived
        return self._clock() - self._zero - heard.speech[1] / SAMPLE_RATE
