"""The sound of a Wyoming client, block by block: a command with its own end, or wake words.

Blocks are PCM of 16 bit of any rate and number of channels, as the client's `audio-start` says. Run in the engine's
thread; knows no network.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from voiced.audio.mixing import Mixer
from voiced.audio.resampling import Framer, Resampler
from voiced.audio.vad import Vad
from voiced.flow import SAMPLE_RATE, Ending
from voiced.listening.capture import Capture
from voiced.listening.patience import Patience
from voiced.listening.protocol_events import Answer
from voiced.listening.recording import as_utterance
from voiced.listening.tuning import VERIFIED_FRAMES
from voiced.wake.detector import WakeWordDetector, wake_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from voiced.config import ListeningSettings
    from voiced.flow import AudioFrame, Detection, Samples, Utterance
    from voiced.recognition.end_of_turn import SoFar
    from voiced.servers.house import House

FULL_SCALE = 32_768.0  # of 16 bit
WIDTH = 2  # bytes of a sample
RATES = range(8_000, 192_001)  # Hz
MOST_CHANNELS = 8


class Ear(Protocol):
    """Hears sound as it comes."""

    def hear(self, block: bytes) -> object:
        """Take a block; return what was found in it, or None."""


class Pcm:
    """Blocks of PCM → frames of 80 ms, mono at 16 kHz."""

    def __init__(self, rate: int, width: int, channels: int) -> None:
        """Begin; ValueError if such sound is not heard here."""
        if rate not in RATES or width != WIDTH or not 1 <= channels <= MOST_CHANNELS:
            raise ValueError(
                f"sound must be 16 bit, of 8 to 192 kHz, not {rate} Hz, {width} bytes, {channels} channels"
            )
        self._rate, self._channels = rate, channels
        self._mixer = Mixer()
        self._resampler = Resampler(rate) if rate != SAMPLE_RATE else None
        self._framer = Framer("wyoming")
        self._odd = b""

    def frames(self, block: bytes) -> Iterator[AudioFrame]:
        """Return the frames that a block completes."""
        block, size = self._odd + block, WIDTH * self._channels
        whole = len(block) // size * size
        self._odd = block[whole:]
        samples = np.frombuffer(block[:whole], "<i2").astype(np.float32).reshape(-1, self._channels) / FULL_SCALE
        mono = self._mixer.mono(samples, self._rate)
        return self._framer.frames(self._resampler.resample(mono) if self._resampler else mono)


class CommandEar:
    """Hears one command, and finds its end: the sooner, if it is told at pauses what may follow."""

    def __init__(self, settings: ListeningSettings, pcm: Pcm) -> None:
        self._settings, self._pcm = settings, pcm
        self._frames: list[AudioFrame] = []
        self._capture: Capture | None = None
        self._vad = Vad()
        self._patience = Patience(settings)
        self._answer: Answer | None = None  # what may follow the speech up to the newest pause
        self.so_far: SoFar | None = None  # what was recognised there

    def hear(self, block: bytes) -> Utterance | None:
        """Take a block; return the command when it is over."""
        for frame in self._pcm.frames(block):
            self._frames.append(frame)
            if self._capture is None:
                self._capture = Capture(self._settings, self._vad, [frame], None)
                ending = self._capture.catch_up()
            else:
                ending = self._capture.hear(frame, self._answer)
            if ending:
                return self._capture.utterance(ending)
        return None

    def pause(self) -> Utterance | None:
        """Return the speech so far, if the speaker pauses and nobody has told what may follow it."""
        if self._capture is None or not self._settings.recognize_pauses:
            return None
        return self._capture.pause(self._patience.pause, self._answer)

    def answered(self, so_far: SoFar, seconds: float) -> None:
        """Learn what was recognised at a pause, and how long that took."""
        self.so_far, self._answer = so_far, Answer(so_far.utterance.speech[1], so_far.continuation)
        self._patience.answered(round(seconds * SAMPLE_RATE))

    def all(self) -> Utterance:
        """Return what was heard, as one command: the client says that it is over."""
        if self._capture and (command := self._capture.pause(0)):
            return replace(command, ending=Ending.END_OF_AUDIO)
        sound = [frame.samples for frame in self._frames] or [np.zeros(0, np.float32)]
        return as_utterance(np.concatenate(sound), Vad())


class WakeEar:
    """Hears wake words, and verifies the doubtful ones."""

    def __init__(self, house: House, names: Collection[str], pcm: Pcm) -> None:
        """`names`: of those that are wanted; empty: all."""
        self._pcm, self._names = pcm, names
        self._house = house  # whose settings and intents may change meanwhile
        self._detector = WakeWordDetector(wake_words(house.config.wake_word))
        self._newest: deque[Samples] = deque(maxlen=VERIFIED_FRAMES)

    def hear(self, block: bytes) -> Detection | None:
        """Take a block; return the first wake word in it."""
        for frame in self._pcm.frames(block):
            self._newest.append(frame.samples)
            detection = self._detector.detect(frame)
            if detection and (not self._names or detection.wake_word in self._names) and self._is_real(detection):
                return detection
        return None

    def _is_real(self, detection: Detection) -> bool:
        if not detection.doubtful:
            return True
        opinion = self._house.pipelines().opinion(detection, np.concatenate(list(self._newest)))
        accepted = opinion.evidence >= self._house.thresholds[detection.wake_word]
        if not accepted:
            self._detector.refuse(detection)
        return accepted
