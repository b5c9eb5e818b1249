"""Frames → utterances: waits for the wake word, records until the endpointer ends the command, cuts the command out.

A generator over the frames, which ends when they end. Knows no microphone, model file or clock.

At a pause the ear yields the speech so far, and listens on. The recogniser, in another thread, answers through
`Requests` what may follow; the recording then ends sooner or later (`protocol` says which answers are legal when). The
ear asks only after a pause of at least half the time that the last answer took. On a slow machine it therefore asks
only when the command is nearly over, and recognising a pause inside a command does not delay the command.

Whoever says a wake word again during a recording thinks that nobody listened: the recording begins again, behind that
word. The word may come at once or after a pause, alone or with a command; another word, or a request, may have begun
the recording. What was said before it is not recognised: the ear asks nothing while the detector suspects a word, and
neither asks nor hands out anything while a doubtful one has no verdict. Nobody waits longer for that: the recogniser
gives the verdict before it would have come to the recording.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from voiced.audio.vad import STEP_SAMPLES
from voiced.listening.capture import Capture, blank
from voiced.listening.events import Listening, Muted, Pause, Waiting
from voiced.listening.patience import Patience
from voiced.listening.protocol import Doubt, Question
from voiced.listening.protocol_events import Ask, Begin, Defer, End, Forget, Rest
from voiced.listening.tuning import (
    BEFORE_SAMPLES,
    HISTORY_FRAMES,
    USUAL_END_STEPS,
    VERIFIED_FRAMES,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.config import ListeningSettings
    from voiced.flow import AudioFrame, Continuation, Detection, Ending, Samples, Utterance
    from voiced.listening.capture import VoiceActivity
    from voiced.listening.events import Event
    from voiced.listening.protocol import Situation
    from voiced.listening.requests import Requests

ANSWERED = {Question.ANSWERED, Question.OVER, Question.LATE}  # an answer came since the last frame
USUAL_SAMPLES = USUAL_END_STEPS * STEP_SAMPLES  # before its detection a wake word has ended
FREE = {Question.NONE, Question.TOLD}  # the ear may ask


class Detector(Protocol):
    """Detects wake words in frames that come in order."""

    @property
    def suspects(self) -> bool: ...  # a word is perhaps ending just now: the next frames will tell

    def detect(self, frame: AudioFrame) -> Detection | None: ...
    def allow_again(self) -> None: ...  # within the refractory time
    def refuse(self, detection: Detection) -> None: ...
    def reset(self) -> None: ...


def listen(
    frames: Iterable[AudioFrame],
    detector: Detector,
    vad: VoiceActivity,
    settings: ListeningSettings,
    requests: Requests,
) -> Iterator[Event]:
    """Yield each command as an utterance, and each change before it as an event.

    A command cut short by the end of the frames, or by a gap between them, is dropped: half of a command may be another
    command.
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
    """State between frames: the last seconds of sound, and the recording under way."""

    def __init__(self, detector: Detector, vad: VoiceActivity, settings: ListeningSettings, requests: Requests) -> None:
        self._detector = detector
        self._vad = vad
        self._settings = settings
        self._requests = requests
        self._patience = Patience(settings)
        self._history: deque[AudioFrame] = deque(maxlen=HISTORY_FRAMES)
        self._capture: Capture | None = None
        self._woken_until = 0  # sample up to which a wake word was said that has begun a recording
        self.muted = False

    # -- what others have told

    def heed(self, told: Situation, now: int) -> Iterator[Event]:
        """Carry out what others told the ear since the last frame; `now`: first sample of the next frame."""
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
        if told.stop:
            yield from self._stop(dropped=told.stop.dropped)
        for detection in self._requests.now.in_doubt(Doubt.BELIEVED):
            yield from self._begin_late(detection)

    def _stop(self, *, dropped: bool) -> Iterator[Utterance]:
        """End a recording as if it had been silent for long enough, or with an empty utterance."""
        if capture := self._capture:
            self._drop()
            yield capture.nothing() if dropped else capture.so_far()

    def _refuse(self, detection: Detection) -> None:
        """Drop the recording that a rejected wake word began."""
        self._detector.refuse(detection)
        if self._capture and self._capture.detection == detection:
            self._drop()

    def _begin_late(self, detection: Detection) -> Iterator[Event]:
        """Record from a wake word that was deferred and is accepted now.

        If its sound has left the history, yield an empty utterance: half of a command may be another command.
        """
        capture = self._begin(detection)
        if self._history[0].start > detection.at:
            self._drop()
            yield capture.nothing()
        else:
            yield from self._ended(capture.catch_up())

    # -- sound

    def hear(self, frame: AudioFrame, *, asked: bool) -> Iterator[Event]:
        """Detect, record and end by one frame; `asked`: somebody asked to listen without a wake word.

        A certain wake word during a recording begins a new one: the speaker starts over. A doubtful one is deferred,
        for it may be part of the command.
        """
        if self._history and self._history[-1].end != frame.start:
            yield from self._miss_frames()
        self._history.append(frame)
        detection = self._detect(frame)
        sound = self._sound() if detection and detection.doubtful else None
        if detection and detection.doubtful and self._capture:
            self._requests.tell(Defer(detection))
            yield Listening(detection, sound)
            detection = None
        if detection or (asked and not self._capture):
            capture = self._begin(detection)
            yield Listening(detection, sound)
            yield from self._ended(capture.catch_up())
        elif self._capture:
            ending = self._capture.hear(frame, self._requests.now.answer)
            yield from self._ended(None if self._is_in_doubt else ending)
        if self._capture and self._capture.take_waiting():
            yield Waiting(self._capture.detection)

    @property
    def _is_in_doubt(self) -> bool:
        """Whether another recording, which begins within this one, may take its place: a doubtful wake word was said.

        A word that is older than the sound that is kept can begin none.
        """
        in_doubt = self._requests.now.in_doubt(Doubt.DEFERRED)
        return any(self._history[0].start <= detection.at for detection in in_doubt)

    def _detect(self, frame: AudioFrame) -> Detection | None:
        detection = self._detector.detect(frame)
        return detection and replace(detection, source=frame.source)

    def _miss_frames(self) -> Iterator[Utterance]:
        """Start over after a gap between frames; a recording under way ends with an empty utterance."""
        capture = self._capture
        self._forget()
        if capture:
            yield capture.nothing()

    def _begin(self, detection: Detection | None) -> Capture:
        """Begin a recording BEFORE_SAMPLES before the detection, or before now without one.

        It does not reach back into the wake word that began another recording: that was said for itself.
        """
        self._requests.tell(Begin(detection))
        since = (detection.at if detection else self._history[-1].end) - BEFORE_SAMPLES
        if detection:
            since, self._woken_until = max(since, self._woken_until), detection.at - USUAL_SAMPLES
        frames = [frame for frame in self._history if frame.start >= since]
        self._capture = Capture(self._settings, self._vad, frames, detection)
        self._detector.allow_again()
        return self._capture

    def _ended(self, ending: Ending | None) -> Iterator[Event]:
        capture = self._capture
        if capture and ending:
            self._drop()
            yield capture.utterance(ending)

    def _sound(self) -> Samples:
        """Return the newest VERIFIED_FRAMES of sound, for the second stage; shape (n_samples,).

        A wake word that has begun a recording is silenced in them: it must not bear witness for another one.
        """
        frames = list(self._history)[-VERIFIED_FRAMES:]
        sound = np.concatenate([frame.samples for frame in frames])
        if self._woken_until > frames[0].start:
            blank(sound, self._woken_until - frames[0].start)
        return sound

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
        """Yield the speech so far, if the speaker pauses and no answer is due; `now`: last+1 sample heard."""
        situation = self._requests.now
        if not self._capture or not self._settings.recognize_pauses or situation.question not in FREE:
            return
        if self._detector.suspects or self._is_in_doubt:
            return
        so_far = self._capture.pause(self._patience.pause, situation.answer)
        if so_far:
            self._requests.tell(Ask(so_far.speech[1], now))
            yield Pause(so_far)

    def ended_by(self) -> frozenset[Continuation]:
        """Return the answers that would end the recording now; empty if no question is open."""
        situation = self._requests.now
        if not self._capture or not situation.asked or situation.question is not Question.ASKED:
            return frozenset()
        if self._is_in_doubt:
            return frozenset()
        return self._capture.ended_by(situation.asked.until)
