"""Frames → utterances: wait for the wake word, record until the endpointer says so, cut the command out.

Knows no microphone, model file or clock. It is a generator over the frames: it ends when they end.

**Where does the wake word end?** The detector is sure of it some 0.1 s before to 0.3 s after (95 % of 120 synthetic and
153 real speakers), so cutting at the detection would leave "…vis" in front of one command and take "tur…" from another.
The VAD tells, because speakers pause or they do not:

    hey jarvis      turn on …     a pause of 90 ms or more begins around the detection: the wake word ends where it
    ███████▲░░░░░░░░██████████    begins, and everything before it is blanked
    hey jarvis turn on …          no pause: one breath. The recording keeps the wake word, and says so in `prefix`; the
    ██████████▲███████████        recogniser reads those words first. Cutting cost every tenth such command, this none

The VAD sleeps until a recording begins, and then hears the last two seconds first: it knows its loudness, and whether
the speaker was still speaking.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np

from voiced.endpointing import Endpointer
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Detection, Ending, Utterance
from voiced.vad import STEP_SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from voiced.config import ListeningSettings
    from voiced.flow import Samples

STEP = STEP_SAMPLES  # what follows is counted in these 30 ms
PAUSE = 3  # quiet steps that make a pause; the closure before a "t" is shorter
EARLIEST = 12  # steps before the detection: no wake word ends sooner
LATEST = 8  # steps after the detection: whoever still speaks has begun the command
USUALLY = 3  # steps before the detection: where most wake words end
WORD_GAP = 10  # quiet steps within a wake word ("hey … jarvis"), at most
LONGEST_WORD = 50  # steps from the start of a wake word to its detection, at most

HISTORY = 2 * SAMPLE_RATE // FRAME_SAMPLES  # frames kept from before a recording: a wake word and some quiet
FADE = 160  # samples, 10 ms: blanking must not click


class Detector(Protocol):
    """Hears wake words."""

    def detect(self, frame: AudioFrame) -> Detection | None: ...
    def reset(self) -> None: ...


class VoiceActivity(Protocol):
    """Tells speech from the rest, in steps of STEP samples."""

    def judge(self, samples: Samples) -> Iterable[bool]: ...
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
    """Each command as an utterance, each change on the way as an event."""
    ear = _Ear(detector, vad, settings)
    for frame in frames:
        if requests.muted != ear.muted:
            ear.mute(muted=requests.muted)
            yield Muted(requests.muted)
        asked = requests.take_listen()
        if not ear.muted:
            yield from ear.hear(frame, asked=asked)
    yield from ear.stop(Ending.END_OF_AUDIO)


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
            yield from self.stop(Ending.END_OF_AUDIO)  # frames are missing: what comes is another stream
            self._forget()
        self._history.append(frame)
        detection = self._detector.detect(frame)
        if detection or (asked and not self._recording):
            yield Listening(detection)
            self._recording = _Recording(self._settings, self._vad, self._history, detection)
            ending = self._recording.catch_up()
        else:
            ending = self._recording.hear(frame) if self._recording else None
        if ending:
            yield from self.stop(ending)

    def stop(self, ending: Ending) -> Iterator[Utterance]:
        """End the recording under way, if there is one."""
        recording, self._recording = self._recording, None
        if recording:
            yield recording.utterance(ending)

    def mute(self, *, muted: bool) -> None:
        """Throw everything away."""
        self.muted = muted
        self._recording = None
        self._forget()

    def _forget(self) -> None:
        self._history.clear()
        self._detector.reset()


class _Recording:
    """Sound since shortly before the wake word, and where in it the command is."""

    def __init__(
        self,
        settings: ListeningSettings,
        vad: VoiceActivity,
        history: Iterable[AudioFrame],
        detection: Detection | None,
    ) -> None:
        self._settings = settings
        self._vad = vad
        self._frames = list(history)
        self._detection = detection
        self._origin = self._frames[0].start
        self._verdicts: list[bool] = []  # of every step since the origin
        self._wake_word_end: int | None = None  # step; None: there is no wake word, or it ran on into the command
        self._endpointer: Endpointer | None = None  # None: it is not yet clear where the command begins

    def catch_up(self) -> Ending | None:
        """Let the VAD hear what came before."""
        self._vad.reset()
        return next(filter(None, map(self._judge, self._frames)), None)

    def hear(self, frame: AudioFrame) -> Ending | None:
        """Take in the next frame; say if the command is over."""
        self._frames.append(frame)
        return self._judge(frame)

    def _judge(self, frame: AudioFrame) -> Ending | None:
        for is_speech in self._vad.judge(frame.samples):
            self._verdicts.append(is_speech)
            ending = self._step(is_speech=is_speech)
            if ending:
                return ending
        return None

    def _step(self, *, is_speech: bool) -> Ending | None:
        if self._endpointer:
            return self._endpointer.hear(STEP, is_speech=is_speech)
        begin = self._command_begin()
        if begin is None:
            return None
        self._endpointer = endpointer = Endpointer(self._settings, self._origin + begin * STEP)
        so_far = (endpointer.hear(STEP, is_speech=verdict) for verdict in self._verdicts[begin:])
        return next(filter(None, so_far), None)

    def _command_begin(self) -> int | None:
        """Step from which on speech is the command's, once that is clear."""
        if not self._detection:
            asked = (self._frames[-1].start - self._origin) // STEP
            return asked if asked < len(self._verdicts) else None
        detected = (self._detection.at - self._origin) // STEP
        self._wake_word_end = first_pause(self._verdicts, detected - EARLIEST, detected + LATEST)
        if self._wake_word_end is None and len(self._verdicts) >= detected + LATEST + PAUSE:
            return max(0, detected - USUALLY)
        return self._wake_word_end

    def utterance(self, ending: Ending) -> Utterance:
        """What was heard, without the wake word or beginning with it."""
        sound = np.concatenate([frame.samples for frame in self._frames])
        speech = self._endpointer.speech if self._endpointer else (self._frames[-1].end,) * 2
        if speech[0] == speech[1] and ending is Ending.END_OF_AUDIO:
            ending = Ending.NO_SPEECH
        one_breath = self._detection and self._endpointer and self._wake_word_end is None
        begin = self._wake_word_begin() if one_breath else speech[0] - self._origin
        first = max(0, begin - round(self._settings.pre_roll * SAMPLE_RATE))
        if self._wake_word_end is not None:
            blank(sound, self._wake_word_end * STEP)
        return Utterance(
            samples=sound[first:],
            start=self._origin + first,
            speech=speech,
            ending=ending,
            detection=self._detection,
            prefix=spoken(self._detection.wake_word) if one_breath and self._detection else "",
        )

    def _wake_word_begin(self) -> int:
        """Sample, counted from the origin, at which the wake word begins."""
        assert self._detection, "only a detection has a wake word"
        detected = (self._detection.at - self._origin) // STEP
        heard = self._verdicts[max(0, detected - LONGEST_WORD) : max(0, detected - EARLIEST)]
        return (detected - EARLIEST - last_run(heard)) * STEP


def whole_recording(samples: Samples, vad: VoiceActivity) -> Utterance:
    """A recording of a command alone, as an utterance."""
    vad.reset()
    speech = [step for step, is_speech in enumerate(vad.judge(samples)) if is_speech]
    bounds = (speech[0] * STEP, (speech[-1] + 1) * STEP) if speech else (0, 0)
    return Utterance(samples, 0, bounds, Ending.END_OF_AUDIO if speech else Ending.NO_SPEECH)


def first_pause(verdicts: Sequence[bool], begin: int, end: int) -> int | None:
    """First step, from `begin` to `end`, at which PAUSE quiet steps begin."""
    for step in range(max(0, begin), min(end, len(verdicts) - PAUSE) + 1):
        if not any(verdicts[step : step + PAUSE]):
            return step
    return None


def last_run(verdicts: Sequence[bool]) -> int:
    """How many steps the speech goes back that the last step belongs to, or nearly."""
    speech = 0
    for back, is_speech in enumerate(reversed(verdicts), start=1):
        if is_speech:
            speech = back
        elif back - speech > WORD_GAP:
            break
    return speech


def blank(sound: Samples, until: int) -> None:
    """Silence what comes before `until`; the recogniser hears better with a run-up than from a hard start."""
    sound[:until] = 0
    fade = sound[until : until + FADE]
    fade *= np.linspace(0, 1, len(fade), dtype=np.float32)


def spoken(wake_word: str) -> str:
    """A model's name as one says it: `hey_jarvis` → "Hey Jarvis,"."""
    return re.sub(r"_v\d.*$", "", wake_word).replace("_", " ").title() + ","
