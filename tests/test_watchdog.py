"""The watchdog of the whole daemon: it is fed in silence and by slow answers, and starves when the main loop hangs.

What hangs is the log. The main loop writes a line about each command, here into a pipe of one page; while nobody reads
it, the next line waits, as it would for a journal that hangs. Sound comes all the time.
"""

from __future__ import annotations

import fcntl
import os
import time
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pytest
import soundfile

from tests.broker import Subscriber
from tests.daemon import READY, SITE, Daemon
from voiced.flow import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.broker import Broker

LIMIT = 4.0  # seconds within which the service manager wants a sign of life
SOUND_SECONDS = 240
SIGN = "WATCHDOG=1"
PAGE_BYTES = 4_096  # of a pipe, at the least
LETTERS = 400  # of a sentence, so that ten lines fill a page
MORE_THAN_A_PAGE = 15  # sentences


class Muffled(Daemon):
    """A daemon that logs into a pipe of one page."""

    def _open_log(self) -> BinaryIO:
        self._pipe, writing = os.pipe()
        os.set_blocking(self._pipe, False)
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PAGE_BYTES)
        return os.fdopen(writing, "wb")

    def read_log(self) -> str:
        """What has been logged since, a page at the most."""
        try:
            return os.read(self._pipe, PAGE_BYTES).decode()
        except BlockingIOError:
            return ""

    def signs(self, seconds: float, meanwhile: Callable[[], object] = bool) -> list[float]:
        """When it gave signs of life, in seconds from now on; `meanwhile` is called ten times a second."""
        began, before = time.monotonic(), self.told.count(SIGN)
        signs: list[float] = []
        while (now := time.monotonic() - began) < seconds:
            signs += [now] * (self.told.count(SIGN) - before - len(signs))
            meanwhile()
            time.sleep(0.1)
        return signs

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        os.close(self._pipe)


@pytest.fixture
def daemon(broker: Broker, tmp_path: Path) -> Iterator[Muffled]:
    """One that listens to silence, under a watchdog."""
    soundfile.write(tmp_path / "silence.flac", np.zeros(SOUND_SECONDS * SAMPLE_RATE, np.float32), SAMPLE_RATE)
    watched = {"WATCHDOG_USEC": str(round(LIMIT * 1e6))}
    with Muffled(broker.port, "--source", str(tmp_path / "silence.flac"), environment=watched) as running:
        running.wait_until_told(READY)
        running.read_log()
        yield running


@pytest.mark.slow
def test_it_is_fed_in_silence_and_by_slow_answers_and_starves_when_the_main_loop_hangs(
    daemon: Muffled, broker: Broker
) -> None:
    with Subscriber(broker.port) as ears:
        sent = iter(range(10_000))

        def ask() -> None:
            ears.say(f"voiced/{SITE}/say/set", f"{next(sent)} times ".ljust(LETTERS, "x"))

        assert is_often(daemon.signs(2 * LIMIT), 2 * LIMIT), "silence"
        for _ in range(MORE_THAN_A_PAGE):
            ask()
        daemon.signs(LIMIT)  # in which the last sign may come: that it took the sentence before which it hangs
        assert daemon.signs(2 * LIMIT) == [], "fed by the sound alone"

        # A page every second: each answer that waits for one takes as long, and there are always more.
        next_page = time.monotonic()

        def answer_slowly() -> None:
            nonlocal next_page
            if time.monotonic() > next_page:
                daemon.read_log()
                next_page = time.monotonic() + 1.0
                for _ in range(MORE_THAN_A_PAGE):
                    ask()

        daemon.signs(LIMIT / 2, answer_slowly)
        assert is_often(daemon.signs(3 * LIMIT, answer_slowly), 3 * LIMIT), "slow answers"


def is_often(signs: list[float], seconds: float) -> bool:
    """Whether the service manager would have waited no longer than it does."""
    return max(after - before for before, after in zip([0.0, *signs], [*signs, seconds], strict=True)) < LIMIT
