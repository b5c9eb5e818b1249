"""Frames → utterances: wait for the wake word, record until the endpointer says so, cut the command out.

Knows no microphone, model file or clock. It is a generator over the frames: it ends when they end.

A recording begins with the two seconds before the wake word was detected. The VAD sleeps until then and hears them
first: so it knows how loud the speaker is, and where the wake word ended (`command_start` tells how).
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np

from voiced.command_start import Cut, command_start, cut, speech_start
from voiced.endpointing import Endpointer
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Detection, Ending, Utterance
from voiced.vad import STEP_SAMPLES as STEP
from voiced.vad import Activity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiced.config import ListeningSettings
    from voiced.flow import Samples

HISTORY = 2 * SAMPLE_RATE // FRAME_SAMPLES  # frames kept from before a recording: a wake word and some quiet
FADE = 160  # samples, 10 ms: blanking must not click


class Detector(Protocol):
    """Hears wake words."""

    def detect(self, frame: AudioFrame) -> Detection | None: ...
    def reset(self) -> None: ...


class VoiceActivity(Protocol):
    """Tells what is speech, in steps of STEP samples."""

    def judge(self, samples: Samples) -> Iterable[Activity]: ...
    def reset(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Listening:
    """A recording has begun: woken by a word, or (None) because it was asked for."""

    detection: Detection | None


@dataclass(frozen=True, slots=True)
class Muted:
    """Mute was switched, on or off; a recording under way was thrown away."""

    muted: bool


Event: TypeAlias = Listening | Muted | Utterance


class Requests:
    """What others ask of the ear, from any thread; heeded at the next frame.

    Plain attributes: assignments are atomic, and of two requests within a frame the newer is meant.
    """

    def __init__(self) -> None:
        self.muted = False
        self._listen = False

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
    for frame in frames:
        if requests.muted != ear.muted:
            ear.mute(muted=requests.muted)
            yield Muted(requests.muted)
        asked = requests.take_listen()
        if not ear.muted:
            yield from ear.hear(frame, asked=asked)


class _Ear:
    """What is known between frames: the last two seconds, and the recording under way."""

    def __init__(self, detector: Detector, vad: VoiceActivity, settings: ListeningSettings) -> None:
        self._detector = detector
        self._vad = vad
        self._settings = settings
        self._history: deque[AudioFrame] = deque(maxlen=HISTORY)
        self._recording: _Recording | None = None
        self.muted = False

    def hear(self, frame: AudioFrame, *, asked: bool) -> Iterator[Event]:
        """A wake word during a recording begins a new one: somebody starts over. `asked` does not."""
        if self._history and self._history[-1].end != frame.start:
            if self._recording:
                yield self._recording.nothing()
            self._forget()  # frames are missing: what comes is another stream
        self._history.append(frame)
        detection = self._detector.detect(frame)
        if detection or (asked and not self._recording):
            yield Listening(detection)
            self._recording = _Recording(self._settings, self._vad, self._history, detection)
            ending = self._recording.catch_up()
        else:
            ending = self._recording.hear(frame) if self._recording else None
        if self._recording and ending:
            yield self._recording.utterance(ending)
            self._recording = None

    def mute(self, *, muted: bool) -> None:
        """Throw everything away."""
        self.muted = muted
        self._forget()

    def _forget(self) -> None:
        self._recording = None
        self._history.clear()
        self._detector.reset()


class _Recording:
    """Sound from shortly before the wake word on, and where in it the command is."""

    def __init__(
        self,
        settings: ListeningSettings,
        vad: VoiceActivity,
        history: Iterable[AudioFrame],
        detection: Detection | None,
    ) -> None:
        self._settings = settings
        self._vad = vad
        self._detection = detection
        self._frames = list(history)
        self._origin = self._frames[0].start
        self._woken = (self._frames[-1].end - self._origin) // STEP  # step of the detection or request
        self._sounds: list[Activity] = []  # every step since the origin
        self._endpointer: Endpointer | None = None  # None: it cannot yet be told where the command starts

    def catch_up(self) -> Ending | None:
        """Let the VAD hear what came before."""
        self._vad.reset()
        return next(filter(None, map(self._judge, self._frames)), None)

    def hear(self, frame: AudioFrame) -> Ending | None:
        """Take in the next frame; say if the command is over."""
        self._frames.append(frame)
        return self._judge(frame)

    def _judge(self, frame: AudioFrame) -> Ending | None:
        for sound in self._vad.judge(frame.samples):
            self._sounds.append(sound)
            ending = self._step(sound) if self._endpointer else self._start()
            if ending:
                return ending
        return None

    def _start(self) -> Ending | None:
        """Begin endpointing as soon as it can be told where the command starts."""
        start = command_start(self._sounds, self._woken) if self._detection else self._woken
        if start is None or start >= len(self._sounds):
            return None
        self._endpointer = Endpointer(self._settings, start * STEP)
        return next(filter(None, map(self._step, self._sounds[start:])), None)

    def _step(self, sound: Activity) -> Ending | None:
        assert self._endpointer, "steps count from the command's start on"
        return self._endpointer.hear(STEP, is_speech=sound is Activity.SPEECH)

    def nothing(self) -> Utterance:
        """Nothing that can be used."""
        end = self._frames[-1].end
        return Utterance(np.zeros(0, np.float32), end, (end, end), Ending.NO_SPEECH, self._detection)

    def utterance(self, ending: Ending) -> Utterance:
        """What was heard, without the wake word or beginning with it."""
        sound = np.concatenate([frame.samples for frame in self._frames])
        kept = self._cut()
        begin, first, last = kept.begin * STEP, kept.speech[0] * STEP, kept.speech[1] * STEP
        prefix = spoken(self._detection.wake_word) if self._detection and kept.one_breath else ""
        blank(sound, begin)
        start = max(0, min(begin if prefix else first, len(sound)) - round(self._settings.pre_roll * SAMPLE_RATE))
        return Utterance(
            samples=sound[start:],
            start=self._origin + start,
            speech=(self._origin + first, self._origin + last),
            ending=_ending(ending, said=first < last),
            detection=self._detection,
            prefix=prefix,
        )

    def _cut(self) -> Cut:
        assert self._endpointer, "it is what ends a recording"
        first, last = (sample // STEP for sample in self._endpointer.speech)
        if self._detection:
            return cut(self._sounds, self._woken, (first, last))
        return Cut(0, (speech_start(self._sounds, first, self._woken) if first < last else first, last))


def _ending(ending: Ending, *, said: bool) -> Ending:
    """Nobody spoke, or somebody did after all: the endpointer counts from the command's start on only."""
    if not said:
        return Ending.NO_SPEECH
    return Ending.SILENCE if ending is Ending.NO_SPEECH else ending


def blank(sound: Samples, until: int) -> None:
    """Silence what comes before `until`; the recogniser hears better with a run-up than from a hard start."""
    sound[:until] = 0
    fade = sound[until : until + FADE]
    fade *= np.linspace(0, 1, len(fade), dtype=np.float32)


def spoken(wake_word: str) -> str:
    """A model's name as one says it: `hey_jarvis` → "Hey Jarvis,"."""
    return re.sub(r"_v\d.*$", "", wake_word).replace("_", " ").title() + ","
