"""Frames → utterances: wait for the wake word, record until the endpointer says so, cut the command out.

Knows no microphone, model file or clock. It is a generator over the frames: it ends when they end.

At a pause it hands out what was said so far, and listens on. Whoever recognises that answers through `Requests`, from
another thread, what may follow; then the recording may end sooner, or wait longer (`protocol` tells who may do what
when). The longer the last answer took, the longer a pause the ear waits for before it asks again: on a slow machine it
does not ask before the command is nearly over anyway, so that a question about a pause inside of a command never delays
the answer to the command.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE
from voiced.listening.capture import Capture
from voiced.listening.events import Listening, Muted, Pause, Waiting
from voiced.listening.protocol import Doubt, Question
from voiced.listening.protocol_events import Ask, Begin, Defer, End, Forget, Rest
from voiced.listening.tuning import BEFORE_SAMPLES, HISTORY_FRAMES, PAUSE_SAMPLES, VERIFIED_FRAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.config import ListeningSettings
    from voiced.flow import AudioFrame, Continuation, Detection, Ending, Samples, Utterance
    from voiced.listening.capture import VoiceActivity
    from voiced.listening.events import Event
    from voiced.listening.protocol import Situation
    from voiced.listening.requests import Requests

ANSWERED = {Question.ANSWERED, Question.OVER, Question.LATE}  # since the last frame
FREE = {Question.NONE, Question.TOLD}  # to be asked


class Detector(Protocol):
    """Hears wake words."""

    def detect(self, frame: AudioFrame) -> Detection | None: ...
    def refuse(self, detection: Detection) -> None: ...
    def reset(self) -> None: ...


def listen(
    frames: Iterable[AudioFrame],
    detector: Detector,
    vad: VoiceActivity,
    settings: ListeningSettings,
    requests: Requests,
) -> Iterator[Event]:
    """Each command as an utterance, each change on the way as an event.

    A command cut short by the end of the sound, or by a gap in it, is not handed out: half of it may be another.
    """
    ear = _Ear(detector, vad, settings, requests)
    for frame in frames:
        told = requests.next_frame()
        yield from ear.heed(told, frame.start)
        if not ear.muted:
            yield from ear.hear(frame, asked=told.listen)
            yield from ear.ask(frame.end)
        requests.tell(Rest(ear.ended_by()))


class _Ear:
    """What is known between frames: the last seconds of sound, and the recording under way."""

    def __init__(self, detector: Detector, vad: VoiceActivity, settings: ListeningSettings, requests: Requests) -> None:
        self._detector = detector
        self._vad = vad
        self._settings = settings
        self._requests = requests
        self._patience = _Patience(settings)
        self._history: deque[AudioFrame] = deque(maxlen=HISTORY_FRAMES)
        self._capture: Capture | None = None
        self.muted = False

    # -- what others have told

    def heed(self, told: Situation, now: int) -> Iterator[Event]:
        """Do what others have asked for since the last frame, at sample `now`."""
        if told.asked and told.question in ANSWERED:
            self._patience.answered(now - told.asked.at)
        if told.question is Question.OVER:
            self._capture = None
        if told.muted != self.muted:
            self._forget()
            self.muted = told.muted
            yield Muted(told.muted)
        for detection in told.in_doubt(Doubt.REFUSED):
            self._refuse(detection)
        for detection in self._requests.now.in_doubt(Doubt.BELIEVED):
            yield from self._begin_late(detection)

    def _refuse(self, detection: Detection) -> None:
        """Drop the recording that a refused wake word began."""
        self._detector.refuse(detection)
        if self._capture and self._capture.detection == detection:
            self._drop()

    def _begin_late(self, detection: Detection) -> Iterator[Event]:
        """Begin the recording of a wake word that was deferred, and is believed now.

        If the sound of it is gone, nothing was heard: half of a command may be another.
        """
        capture = self._begin(detection)
        if self._history[0].start > detection.at:
            self._drop()
            yield capture.nothing()
        else:
            yield from self._ended(capture.catch_up())

    # -- sound

    def hear(self, frame: AudioFrame, *, asked: bool) -> Iterator[Event]:
        """A wake word during a recording begins a new one: somebody starts over. `asked` does not.

        Nor does a doubtful wake word: what was heard may be the command's own words.
        """
        if self._history and self._history[-1].end != frame.start:
            yield from self._miss_frames()
        self._history.append(frame)
        detection = self._detect(frame)
        if detection and detection.doubtful and self._capture:
            self._requests.tell(Defer(detection))
            yield Listening(detection, self._sound())
            detection = None
        if detection or (asked and not self._capture):
            capture = self._begin(detection)
            yield Listening(detection, self._sound() if detection and detection.doubtful else None)
            yield from self._ended(capture.catch_up())
        elif self._capture:
            yield from self._ended(self._capture.hear(frame, self._requests.now.answer))
        if self._capture and self._capture.take_waiting():
            yield Waiting(self._capture.detection)

    def _detect(self, frame: AudioFrame) -> Detection | None:
        detection = self._detector.detect(frame)
        return detection and replace(detection, source=frame.source)

    def _miss_frames(self) -> Iterator[Utterance]:
        """What comes is another stream: a recording ends with nothing heard."""
        capture = self._capture
        self._forget()
        if capture:
            yield capture.nothing()

    def _begin(self, detection: Detection | None) -> Capture:
        """A recording, from shortly before the wake word on."""
        self._requests.tell(Begin(detection))
        since = (detection.at if detection else self._history[-1].end) - BEFORE_SAMPLES
        frames = [frame for frame in self._history if frame.start >= since]
        self._capture = Capture(self._settings, self._vad, frames, detection)
        return self._capture

    def _ended(self, ending: Ending | None) -> Iterator[Event]:
        capture = self._capture
        if capture and ending:
            self._drop()
            yield capture.utterance(ending)

    def _sound(self) -> Samples:
        """What the second stage needs."""
        return np.concatenate([frame.samples for frame in list(self._history)[-VERIFIED_FRAMES:]])

    def _drop(self) -> None:
        self._requests.tell(End())
        self._capture = None

    def _forget(self) -> None:
        self._requests.tell(Forget())
        self._capture = None
        self._history.clear()
        self._detector.reset()

    # -- questions

    def ask(self, now: int) -> Iterator[Pause]:
        """Hand out what was said so far, if the speaker pauses and no answer is due."""
        situation = self._requests.now
        if not self._capture or not self._settings.recognize_pauses or situation.question not in FREE:
            return
        so_far = self._capture.pause(self._patience.pause, situation.answer)
        if so_far:
            self._requests.tell(Ask(so_far.speech[1], now))
            yield Pause(so_far)

    def ended_by(self) -> frozenset[Continuation]:
        """Answers that would end the recording as things are."""
        situation = self._requests.now
        if not self._capture or not situation.asked or situation.question is not Question.ASKED:
            return frozenset()
        return self._capture.ended_by(situation.asked.until)


class _Patience:
    """How long a pause must be to be asked about. Counts samples: an answer takes as long as sound comes meanwhile."""

    def __init__(self, settings: ListeningSettings) -> None:
        self._longest = round(settings.silence * SAMPLE_RATE) - FRAME_SAMPLES  # then the command is over
        self.pause = PAUSE_SAMPLES

    def answered(self, after: int) -> None:
        """Wait for half as long as the last answer took."""
        self.pause = max(PAUSE_SAMPLES, min(after // 2, self._longest))
