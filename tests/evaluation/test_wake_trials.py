"""A wake word tried on frames and on files: bars, detections, verdicts of the second stage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from tests.commands.test_wake import PAUSE, Prints
from tests.wake.speakers import RATE, said
from tests.wake.test_detector import frames
from voiced.evaluation.wake_trials import (
    JudgedDetection,
    TriedRecording,
    WakeTrial,
    lines_of,
    live,
    passed,
    sums_of,
    try_files,
)
from voiced.flow import Detection, Opinion
from voiced.wake.detector import WakeWord


def test_live_there_is_a_bar_and_a_line_for_each_detection() -> None:
    prints = Prints()
    trial = WakeTrial(WakeWord("hey_jarvis"), None, 0.6)
    live(trial, frames(np.concatenate([PAUSE, said("wake_jarvis"), PAUSE])), prints)
    assert prints.text.count("heard at ") == 1
    assert f"|{'#' * 40}| 1.00" in prints.text
    assert f"|{' ' * 40}| 0.00" in prints.text


def test_what_the_second_stage_refuses_is_shown(tmp_path: Path) -> None:
    trial = WakeTrial(WakeWord("hey_jarvis", verified=True), lambda *_: Opinion(0.3, -7.0), 0.6)
    file = tmp_path / "said.wav"
    soundfile.write(file, said("wake_jarvis"), RATE)
    [tried] = try_files(trial, [file], [])
    _, refused, *_ = lines_of(tried)  # a score that stays high is asked about again
    assert "refused at " in refused
    assert "evidence 0.30" in refused
    assert list(sums_of([tried])) == ["missed 1 of 1"]
    assert not passed([tried])
    told = tried.as_json()
    assert (told["said"], told["heard"], told["wakes"][0]["accepted"]) == (True, 0, False)
    assert told["wakes"][0]["evidence"] == 0.3


def test_what_wakes_by_mistake_is_counted() -> None:
    woken = JudgedDetection(Detection("hey_jarvis", 0.9, 16_000), None, accepted=True)
    quiet = TriedRecording(Path("a.wav"), is_said=False, scores=(0.1, 0.2), wakes=())
    false = TriedRecording(Path("b.wav"), is_said=False, scores=(0.9,) * 748, wakes=((12, woken),))
    assert passed([quiet])
    assert not passed([quiet, false])
    assert list(sums_of([quiet, false])) == ["1 false in 1.0 minutes, 60.00 per hour"]
