"""The slower the answers, the longer the pause at which one is asked for; but never so long that all is over."""

from __future__ import annotations

import pytest

from voiced.config import ListeningSettings
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE
from voiced.listening.patience import Patience
from voiced.listening.tuning import PAUSE_SAMPLES


@pytest.mark.parametrize(
    ("after", "pause"),
    [(0, PAUSE_SAMPLES), (SAMPLE_RATE, SAMPLE_RATE // 2), (9 * SAMPLE_RATE, round(0.8 * SAMPLE_RATE) - FRAME_SAMPLES)],
)
def test_the_pause_grows_with_the_time_that_answers_take(after: int, pause: int) -> None:
    patience = Patience(ListeningSettings(silence=0.8))
    assert patience.pause == PAUSE_SAMPLES
    patience.answered(after)
    assert patience.pause == pause
