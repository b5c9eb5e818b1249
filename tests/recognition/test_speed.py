"""How long a pass will take is foretold from what passes took before: here, at the start, and on this utterance."""

from __future__ import annotations

import pytest

from voiced.flow import Timings
from voiced.recognition.speed import Speed

SPEED = Speed((Timings(0.1, 0.2), Timings(1.0, 0.6), Timings(0.0, 0.3)), window=40_000, threads=1, beams=5)


@pytest.mark.parametrize(
    ("number", "before", "window", "expected"),
    [
        (1, Timings(0.1, 0.2), 40_000, 1.6),  # what it took when it was measured
        (1, Timings(0.1, 0.4), 40_000, 1.0 + 2 * 0.6),  # twice as much is said
        (1, Timings(0.2, 0.2), 80_000, 1.6),  # a longer first window makes the whole one no dearer
        (1, Timings(0.3, 0.6), 40_000, 3 * 1.6),  # other programs keep the processor busy
        (1, Timings(0.05, 0.1), 40_000, 0.8),  # it was measured on a busy machine
        (2, Timings(1.1, 0.8), 40_000, 0.3),
        (2, Timings(1.1, 1.6), 40_000, 0.6),
    ],
)
def test_what_a_pass_will_take(number: int, before: Timings, window: int, expected: float) -> None:
    assert SPEED.foretold(number, before, window) == pytest.approx(expected)


def test_a_pass_that_took_no_time_foretells_nothing() -> None:
    idle = Speed((Timings(), Timings(1.0, 1.0)), window=40_000, threads=1, beams=5)
    assert idle.foretold(1, Timings(), 40_000) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("patience", "passes", "seconds"), [(0.1, 1, 0.3), (1.8, 1, 0.3), (1.95, 2, 1.9), (2.1, 2, 1.9), (2.25, 3, 2.2)]
)
def test_the_patience_tells_what_fits(patience: float, passes: int, seconds: float) -> None:
    assert SPEED.accepted == pytest.approx(0.3)
    assert SPEED.in_time(patience) == passes
    assert SPEED.doubtful(patience) == pytest.approx(seconds)


def test_a_line_for_the_log() -> None:
    told = "threads: 1, beams: 5; passes take 0.30, 1.60, 0.30 s here, of which 2 fit in 2 s"
    assert SPEED.told(2.0) == told
