"""Recordings instead of a microphone: one stream, with a rest after each, and each frame knows its file."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from voiced.audio.source import REST_FRAMES, Recordings
from voiced.errors import AudioError
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path


def recording(path: Path, frames: int) -> Path:
    soundfile.write(path, np.full(frames * FRAME_SAMPLES, 0.5, np.float32), SAMPLE_RATE)
    return path


def test_recordings_are_one_stream(tmp_path: Path) -> None:
    files = [recording(tmp_path / "one.wav", 2), recording(tmp_path / "two.wav", 1)]
    slept: list[float] = []
    heard = list(Recordings(files, slept.append).frames())
    lengths = 2 + REST_FRAMES, 1 + REST_FRAMES
    assert [frame.start for frame in heard] == [number * FRAME_SAMPLES for number in range(sum(lengths))]
    assert [frame.source for frame in heard] == [str(files[0])] * lengths[0] + [str(files[1])] * lengths[1]
    assert [bool(frame.samples.any()) for frame in heard[:3]] == [True, True, False]
    assert slept == [FRAME_SAMPLES / SAMPLE_RATE] * 2 * REST_FRAMES


def test_closing_ends_the_sound(tmp_path: Path) -> None:
    source = Recordings([recording(tmp_path / "one.wav", 1)], lambda _seconds: None)
    heard = source.frames()
    assert len(list(islice(heard, 3))) == 3
    source.close()
    assert list(heard) == []


def test_a_file_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"gone\.wav"):
        Recordings([tmp_path / "gone.wav"])
