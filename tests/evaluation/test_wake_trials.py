"""A wake word tried on frames and on files: bars, detections, verdicts of the second stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soundfile

from tests.commands.test_wake import PAUSE, Prints
from tests.wake.speakers import RATE, said
from tests.wake.test_detector import frames
from voiced.evaluation.wake_trials import WakeTrial, live, on_files
from voiced.flow import Opinion
from voiced.wake.detector import WakeWord

if TYPE_CHECKING:
    from pathlib import Path


def test_live_there_is_a_bar_and_a_line_for_each_detection() -> None:
    prints = Prints()
    trial = WakeTrial(WakeWord("hey_jarvis"), None, 0.6)
    live(trial, frames(np.concatenate([PAUSE, said("wake_jarvis"), PAUSE])), prints)
    assert prints.text.count("heard at ") == 1
    assert f"|{'#' * 40}| 1.00" in prints.text
    assert f"|{' ' * 40}| 0.00" in prints.text


def test_what_the_second_stage_refuses_is_shown(tmp_path: Path) -> None:
    prints = Prints()
    trial = WakeTrial(WakeWord("hey_jarvis", verified=True), lambda *_: Opinion(0.3, -7.0), 0.6)
    file = tmp_path / "said.wav"
    soundfile.write(file, said("wake_jarvis"), RATE)
    assert not on_files(trial, [file], [], None, prints)
    assert "refused at " in prints.text
    assert "evidence 0.30" in prints.text
    assert "missed 1 of 1" in prints.text
