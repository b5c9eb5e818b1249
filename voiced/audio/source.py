"""Where the daemon's frames come from: a microphone, or recordings played at the pace of speech."""

from __future__ import annotations

import time
from itertools import chain
from typing import TYPE_CHECKING, Protocol

import numpy as np

from voiced.audio import sound_file
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

REST_FRAMES = 20  # 1.6 s of silence after each recording: enough to end the command in it


class Source(Protocol):
    """Where frames come from; `voiced.audio.microphone.Microphone` is one."""

    def frames(self) -> Iterator[AudioFrame]:
        """One stream of frames of 80 ms, until `close`."""

    def close(self) -> None:
        """End the frames; may be called from any thread and from a signal handler."""


class Recordings:
    """Sound files as one stream at the pace of speech, with a silence after each."""

    def __init__(self, files: Sequence[Path], sleep: Callable[[float], None] = time.sleep) -> None:
        """Open the files; AudioError if one cannot be read."""
        self._recordings = [sound_file.frames(file, paced=True) for file in files]
        self._sleep = sleep
        self._closed = False

    def frames(self) -> Iterator[AudioFrame]:
        """Frames of all recordings; each carries the name of its file."""
        start, name = 0, ""
        for recording in self._recordings:
            for frame in chain(recording, self._silence()):
                if self._closed:
                    return
                name = frame.source or name  # the silence belongs to the recording before it
                yield AudioFrame(start, frame.samples, name, frame.came)
                start += FRAME_SAMPLES

    def close(self) -> None:
        """End the frames after the one that is being played."""
        self._closed = True

    def _silence(self) -> Iterator[AudioFrame]:
        for _ in range(REST_FRAMES):
            self._sleep(FRAME_SAMPLES / SAMPLE_RATE)
            yield AudioFrame(0, np.zeros(FRAME_SAMPLES, np.float32))
