"""Frames → utterances: wait for the wake word, record until the endpointer says so, cut the command out.

Knows no microphone, model file or clock. It is a generator over the frames: it ends when they end.

At a pause it hands out what was said so far, and listens on. Whoever recognises that answers through `Requests`, from
another thread, what may follow; then the recording may end sooner, or wait longer. It asks one question at a time. The
longer the last answer took, the longer a pause it waits for before it asks again: on a slow machine it does not ask
before the command is nearly over anyway, so that a question about a pause inside of it never delays the answer.

Where the answer says that the command is over, there is no need to wait for the next frame, which may be a tenth of a
second away: between frames the question is open, and such an answer ends the recording there and then.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE, Ending
from voiced.listening.capture import Capture
from voiced.listening.events import Listening, Muted, Pause, Waiting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.config import ListeningSettings
    from voiced.flow import AudioFrame, Continuation, Detection, Samples, Utterance
    from voiced.listening.capture import VoiceActivity
    from voiced.listening.events import Event

BEFORE = 2 * SAMPLE_RATE  # samples of a recording from before the detection: a wake word and some quiet
HISTORY = 4 * SAMPLE_RATE // FRAME_SAMPLES  # frames kept: a second look may take its time
LOOKED_AT = 28  # frames that a second look is given, 2.24 s
PAUSE = 1_920  # samples, 0.12 s: shorter gaps are inside of words. Of real orders one in three has a longer one


class Detector(Protocol):
    """Hears wake words."""

    def detect(self, frame: AudioFrame) -> Detection | None: ...
    def refuse(self, detection: Detection) -> None: ...
    def reset(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Expectation:
    """What may follow the speech that ended at a sample."""

    until: int
    continuation: Continuation


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a doubtful wake word was one."""

    detection: Detection
    accepted: bool


class Requests:
    """What others tell the ear and ask of it, from any thread; heeded at the next frame.

    Plain attributes: assignments are atomic, and of two requests within a frame the newer is meant. But only one of two
    may end a recording: that is decided under a lock.
    """

    def __init__(self) -> None:
        self.muted = False
        self.expectation: Expectation | None = None
        self.verdicts: deque[Verdict] = deque()
        self._listen = False
        self._ending = threading.Lock()
        # What ends it, while the ear waits for a frame.
        self._open: tuple[int, frozenset[Continuation]] = (0, frozenset())
        self._over = False  # such an answer came

    def judge(self, detection: Detection, *, accepted: bool) -> None:
        """Result of the second look."""
        self.verdicts.append(Verdict(detection, accepted))

    def expect(self, so_far: Utterance, continuation: Continuation) -> bool:
        """Answer to a pause; whether that has ended the recording: `so_far` is the command, no utterance will come."""
        until = so_far.speech[1]
        with self._ending:
            over = until == self._open[0] and continuation in self._open[1]
            self._over = self._over or over
            self._open = (0, frozenset())
        self.expectation = Expectation(until, continuation)
        return over

    def leave_open(self, until: int, ended_by: frozenset[Continuation]) -> None:
        """Let these answers about the speech up to sample `until` end the recording, until the next frame comes."""
        with self._ending:
            self._open = (until, ended_by)

    def take_over(self) -> bool:
        """Whether an answer has ended the recording; from here on none does."""
        with self._ending:
            over, self._over, self._open = self._over, False, (0, frozenset())
            return over

    def listen_now(self) -> None:
        """Record a command without the wake word."""
        self._listen = True

    def mute(self, *, muted: bool) -> None:
        """Throw all sound away, or listen again."""
        self.muted = muted

    def take_listen(self) -> bool:
        """Whether listening was asked for since the last call."""
        asked, self._listen = self._listen, False
        return asked


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
    ear = _Ear(detector, vad, settings)
    questions = _Questions(settings, requests)
    for frame in frames:
        if requests.take_over():
            ear.capture = None
        if requests.muted != ear.muted:
            ear.mute(muted=requests.muted)
            yield Muted(requests.muted)
        asked = requests.take_listen()
        while requests.verdicts:
            yield from ear.heed(requests.verdicts.popleft())
        if not ear.muted:
            questions.heed(ear.capture, frame.start)
            yield from ear.hear(frame, asked=asked)
            if ear.capture and ear.capture.take_waiting():
                yield Waiting(ear.capture.detection)
            yield from questions.ask(ear.capture, frame.end)
            questions.leave_open(ear.capture)


class _Questions:
    """One at a time. Times are samples of the stream: how long an answer takes is how much sound comes meanwhile."""

    def __init__(self, settings: ListeningSettings, requests: Requests) -> None:
        self._wanted = settings.recognize_pauses
        self._requests = requests
        self._longest_pause = round(settings.silence * SAMPLE_RATE) - FRAME_SAMPLES  # then the command is over
        self._pause = PAUSE
        self._asked: tuple[int, int] | None = None  # about the speech up to a sample, and when

    def heed(self, capture: Capture | None, now: int) -> None:
        """Pass the answer on, if there is one."""
        answer = self._requests.expectation
        if not self._asked or answer is None or answer.until != self._asked[0]:
            return
        self._pause = max(PAUSE, min((now - self._asked[1]) // 2, self._longest_pause))
        self._asked = None
        if capture:
            capture.expect(answer.until, answer.continuation)

    def ask(self, capture: Capture | None, now: int) -> Iterator[Pause]:
        """Hand out what was said so far, if the speaker pauses."""
        if not self._wanted or not capture or self._asked:
            return
        so_far = capture.pause(self._pause)
        if so_far:
            self._asked = so_far.speech[1], now
            yield Pause(so_far)

    def leave_open(self, capture: Capture | None) -> None:
        """Let the answer end the recording at once, if the speaker has not gone on."""
        if capture and self._asked:
            self._requests.leave_open(self._asked[0], capture.ended_by(self._asked[0]))


class _Ear:
    """What is known between frames: the last two seconds, and the recording under way."""

    def __init__(self, detector: Detector, vad: VoiceActivity, settings: ListeningSettings) -> None:
        self._detector = detector
        self._vad = vad
        self._settings = settings
        self._history: deque[AudioFrame] = deque(maxlen=HISTORY)
        self.capture: Capture | None = None
        self._doubted: Detection | None = None  # heard during a recording; until it is believed, that goes on
        self.muted = False

    def hear(self, frame: AudioFrame, *, asked: bool) -> Iterator[Event]:
        """A wake word during a recording begins a new one: somebody starts over. `asked` does not.

        Nor does a doubtful wake word: what was heard may be the command's own words.
        """
        if self._history and self._history[-1].end != frame.start:
            if self.capture:
                yield self.capture.nothing()
            self._forget()  # frames are missing: what comes is another stream
        self._history.append(frame)
        detection = self._detector.detect(frame)
        if detection and detection.doubtful and self.capture:
            self._doubted, detection = detection, None
            yield Listening(self._doubted, self._sound())
        if detection or (asked and not self.capture):
            yield Listening(detection, self._sound() if detection and detection.doubtful else None)
            ending = self._begin(detection)
        else:
            ending = self.capture.hear(frame) if self.capture else None
        yield from self._ended(ending)

    def heed(self, verdict: Verdict) -> Iterator[Event]:
        """Drop the recording that a refused wake word began; begin the one that a believed one did not."""
        detection = verdict.detection
        if verdict.accepted and detection == self._doubted:
            yield from self._ended(self._begin(detection))
        if not verdict.accepted:
            self._detector.refuse(detection)
            if self.capture and self.capture.detection == detection:
                self.capture = None
        if detection == self._doubted:
            self._doubted = None

    def _begin(self, detection: Detection | None) -> Ending | None:
        """A recording, from shortly before the wake word on."""
        since = (detection.at if detection else self._history[-1].end) - BEFORE
        frames = [frame for frame in self._history if frame.start >= since]
        self.capture = Capture(self._settings, self._vad, frames, detection)
        return self.capture.catch_up()

    def _ended(self, ending: Ending | None) -> Iterator[Event]:
        if self.capture and ending:
            yield self.capture.utterance(ending)
            self.capture = None

    def _sound(self) -> Samples:
        """What a second look needs."""
        return np.concatenate([frame.samples for frame in list(self._history)[-LOOKED_AT:]])

    def mute(self, *, muted: bool) -> None:
        """Throw everything away."""
        self.muted = muted
        self._forget()

    def _forget(self) -> None:
        self.capture = self._doubted = None
        self._history.clear()
        self._detector.reset()
