"""When was a sample spoken? The link between the samples of a stream and the clock.

Everything else counts samples. `Pace` notes when the newest frame came; so it can tell how many seconds ago any sample
was spoken. On the way each frame feeds the watchdog of the service manager: while sound comes, the daemon is alive.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from voiced.flow import AudioFrame, Utterance


class Feeds(Protocol):
    """A watchdog."""

    def feed(self) -> None: ...


class Pace:
    """Passes frames on, and notes when they came."""

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
        self._newest = (0, 0.0)  # of the newest frame: index after its last sample, and seconds on the clock

    def frames(self) -> Iterator[AudioFrame]:
        """The frames, as they come."""
        for frame in self._frames:
            if not self._newest[0]:
                self._on_first()
            self._newest = frame.end, self._clock()
            self._watchdog.feed()
            yield frame

    def since(self, utterance: Utterance) -> float:
        """Seconds since the speech of an utterance ended."""
        sample, at = self._newest
        return self._clock() - at + (sample - utterance.speech[1]) / SAMPLE_RATE
