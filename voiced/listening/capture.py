"""Records one command: sound from shortly before the wake word on, and where in this sound the command lies.

A capture begins with the two seconds before the detection of the wake word. The VAD sleeps until a capture begins, and
hears these seconds first: they show how loud the speaker is and where the wake word ended (see `command_start`). At
each pause `pause` returns the recording so far as an utterance. The recogniser answers what may follow, and the
endpointer waits as long as that answer demands. Knows no microphone, model file or clock.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

import numpy as np

from voiced.audio.vad import STEP_SAMPLES as STEP
from voiced.audio.vad import Activity
from voiced.flow import SAMPLE_RATE, Continuation, Ending, Utterance
from voiced.listening.command_start import Cut, command_start, cut, speech_start
from voiced.listening.endpointing import Endpointer
from voiced.listening.tuning import FADE_SAMPLES, PAUSE_STEPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiced.config import ListeningSettings
    from voiced.flow import AudioFrame, Detection, Samples
    from voiced.listening.protocol_events import Answer


class VoiceActivity(Protocol):
    """Classifies sound as speech or not, in steps of STEP samples (30 ms)."""

    def judge(self, samples: Samples) -> Iterable[Activity]: ...
    def reset(self) -> None: ...


class Capture:
    """One recording, from its first frame to its ending. Make a new capture for each command."""

    def __init__(
        self,
        settings: ListeningSettings,
        vad: VoiceActivity,
        history: Iterable[AudioFrame],
        detection: Detection | None,
    ) -> None:
        """`history`: the newest frames, without a gap; `detection`: None if somebody asked to listen."""
        self._settings = settings
        self._vad = vad
        self.detection = detection
        self._frames = list(history)
        self._origin = self._frames[0].start
        woken = detection.at if detection else self._frames[-1].end
        self._woken = (woken - self._origin) // STEP  # index of the step at which the capture was asked for
        self._sounds: list[Activity] = []  # one entry a step, from the first frame on
        self._endpointer: Endpointer | None = None  # None: the start of the command is not known yet
        self._signalled = False  # whether `take_waiting` has returned True
        self._answer: Answer | None = None  # the newest answer to a pause

    def catch_up(self) -> Ending | None:
        """Run the VAD over the history; return an ending if the command is over already."""
        self._vad.reset()
        return next(filter(None, map(self._judge, self._frames)), None)

    def hear(self, frame: AudioFrame, answer: Answer | None = None) -> Ending | None:
        """Add the next frame; return an ending if the command is over. `answer`: what may follow the speech so far."""
        self._answer = answer
        self._frames.append(frame)
        return self._judge(frame) or self._one_word()

    def _judge(self, frame: AudioFrame) -> Ending | None:
        for sound in self._vad.judge(frame.samples):
            self._sounds.append(sound)
            ending = self._step(sound) if self._endpointer else self._start()
            if ending:
                return ending
        return None

    def _start(self) -> Ending | None:
        """Begin endpointing once the start of the command is known; return an ending if the command is over already."""
        start = command_start(self._sounds, self._woken) if self.detection else self._woken
        if start is None or start >= len(self._sounds):
            return None
        self._endpointer = Endpointer(self._settings, start * STEP)
        return next(filter(None, map(self._step, self._sounds[start:])), None)

    def _step(self, sound: Activity) -> Ending | None:
        assert self._endpointer, "steps count from the command's start on"
        continuation = self._continuation(self._endpointer.speech[1])
        return self._endpointer.hear(STEP, is_speech=sound is Activity.SPEECH, continuation=continuation)

    def _continuation(self, last: int) -> Continuation:
        """Return what may follow the speech up to sample `last` of the recording; UNKNOWN without an answer for it."""
        return (
            self._answer.continuation
            if self._answer and self._answer.until == self._origin + last
            else Continuation.UNKNOWN
        )

    def take_waiting(self) -> bool:
        """Return True once, when the speaker waits for a sign: paused after the wake word, or listens without one."""
        if self._signalled or self._endpointer is None or self._endpointer.is_speaking:
            return False
        quiet = all(sound is not Activity.SPEECH for sound in self._sounds[-PAUSE_STEPS:])
        self._signalled = quiet or self.detection is None
        return self._signalled

    def pause(self, at_least: int, answer: Answer | None = None) -> Utterance | None:
        """Return the speech so far after `at_least` quiet samples; None if nothing new was said since `answer`."""
        if self._endpointer is None or (self._endpointer.is_speaking and self._endpointer.quiet < at_least):
            return None
        first, last = self._cut().speech
        known = answer is not None and answer.until == self._origin + last * STEP
        if last == first or known or (len(self._sounds) - last) * STEP < at_least:
            return None
        return self.utterance(Ending.SILENCE)

    def ended_by(self, until: int) -> frozenset[Continuation]:
        """Return the continuations that would end the command now, as answers for the speech up to sample `until`."""
        since = (until - self._origin) // STEP
        if not self._quiet_since(since):
            return frozenset()
        return frozenset(continuation for continuation in Continuation if self._suffices(continuation, since))

    def _quiet_since(self, step: int) -> bool:
        return all(sound is not Activity.SPEECH for sound in self._sounds[max(0, step) :])

    def _suffices(self, continuation: Continuation, since: int) -> bool:
        """Whether the quiet since step `since` ends the command; also for one word that the endpointer missed."""
        if self._endpointer is None or self._endpointer.is_speaking:
            return self._endpointer is not None and self._endpointer.suffices(continuation)
        waits = {
            Continuation.COMPLETE: 0.0,
            Continuation.CONCLUDED: self._settings.silence_concluded,
            Continuation.EXTENDABLE: self._settings.silence_complete,
        }
        return continuation in waits and (len(self._sounds) - since) * STEP >= waits[continuation] * SAMPLE_RATE

    def _one_word(self) -> Ending | None:
        """Return the ending of a one-word command that was spoken with the wake word, too short for the endpointer."""
        if self._endpointer is None or self._endpointer.is_speaking or self._answer is None:
            return None
        since, continuation = (self._answer.until - self._origin) // STEP, self._answer.continuation
        if not self._quiet_since(since) or not self._suffices(continuation, since):
            return None
        return Ending.COMPLETE if continuation is Continuation.COMPLETE else Ending.SILENCE

    def nothing(self) -> Utterance:
        """Return an empty utterance (NO_SPEECH) at the end of the recording."""
        end, source = self._frames[-1].end, self._frames[-1].source
        return Utterance(np.zeros(0, np.float32), end, (end, end), Ending.NO_SPEECH, self.detection, source=source)

    def so_far(self) -> Utterance:
        """Return what was said until now as if the speaker had been silent for long enough."""
        return self.utterance(Ending.SILENCE) if self._endpointer else self.nothing()

    def utterance(self, ending: Ending) -> Utterance:
        """Cut the command out; it begins with the wake word (`prefix`) only if both were spoken in one breath."""
        sound = np.concatenate([frame.samples for frame in self._frames])
        kept = self._cut()
        begin, first, last = kept.begin * STEP, kept.speech[0] * STEP, kept.speech[1] * STEP
        prefix = spoken(self.detection.phrase or self.detection.wake_word) if self.detection and kept.one_breath else ""
        blank(sound, begin)
        start = max(0, min(begin if prefix else first, len(sound)) - round(self._settings.pre_roll * SAMPLE_RATE))
        return Utterance(
            samples=sound[start:],
            start=self._origin + start,
            speech=(self._origin + first, self._origin + last),
            ending=_ending(ending, said=first < last),
            detection=self.detection,
            prefix=prefix,
            source=self._frames[-1].source,
        )

    def _cut(self) -> Cut:
        assert self._endpointer, "a recording ends only after endpointing began"
        first, last = (sample // STEP for sample in self._endpointer.speech)
        if self.detection:
            return cut(self._sounds, self._woken, (first, last))
        return Cut(0, (speech_start(self._sounds, first, self._woken) if first < last else first, last))


def _ending(ending: Ending, *, said: bool) -> Ending:
    """Correct the ending by what the cut found: it sees speech that lies before the endpointer's start."""
    if not said:
        return Ending.NO_SPEECH
    return Ending.SILENCE if ending is Ending.NO_SPEECH else ending


def blank(sound: Samples, until: int) -> None:
    """Zero the samples before `until`, in place, and fade in from there: Whisper errs after a hard start."""
    sound[:until] = 0
    fade = sound[until : until + FADE_SAMPLES]
    fade *= np.linspace(0, 1, len(fade), dtype=np.float32)


def spoken(wake_word: str) -> str:
    """Return the name of a wake-word model as it is spoken: `hey_jarvis` → "Hey Jarvis,"."""
    return re.sub(r"_v\d.*$", "", wake_word).replace("_", " ").title() + ","
