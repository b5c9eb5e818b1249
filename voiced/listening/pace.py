"""Links the samples of a stream to the clock: how many seconds ago was a sample spoken?

All other files count samples. `Pace` notes when the newest frame came, and computes the age of any sample from that. It
also feeds the service manager's watchdog with each frame: while sound comes, the daemon is alive.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from voiced.flow import AudioFrame, Utterance


class Feeds(Protocol):
    """Takes signs of life: `Watchdog` in the daemon."""

    def feed(self) -> None: ...


class Pace:
    """Passes frames on, and notes when the newest one came."""

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
        self._newest = (0, 0.0)  # newest frame: last+1 sample, and seconds on the clock when it came

    def frames(self) -> Iterator[AudioFrame]:
        """Yield the frames unchanged."""
        for frame in self._frames:
            if not self._newest[0]:
                self._on_first()
            self._newest = frame.end, self._clock()
            self._watchdog.feed()
            yield frame

    def since(self, utterance: Utterance) -> float:
        """Return the seconds since the speech of an utterance ended."""
        sample, at = self._newest
        return self._clock() - at + (sample - utterance.speech[1]) / SAMPLE_RATE
