"""The real-time benchmark, `voiced bench --latency`: plays recordings to the daemon's ear at the pace of speech.

Everything between the microphone and the broker is the daemon's: the ear in its thread, the relay, the recogniser and
the assistant. Frames come late by up to a tenth of a second, as from a busy sound server, and room noise follows the
speech. The clock stops when the assistant hands the action over. `latency` evaluates the numbers.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from voiced.assistant import Assistant
from voiced.audio import sound_file
from voiced.audio.vad import Vad
from voiced.evaluation.latency import Reply
from voiced.evaluation.noise import key_of, mixed
from voiced.evaluation.stimuli import in_its_room, speech_end, with_pauses
from voiced.evaluation.trials import trial_of
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Utterance
from voiced.foundations.relay import Relay
from voiced.listening.ear import listen
from voiced.listening.recording import as_utterance
from voiced.listening.requests import Requests
from voiced.recognition.budget import Budget
from voiced.recognition.recognizer import Recognizer
from voiced.wake.detector import WakeWord, WakeWordDetector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from voiced.assistant import Heard
    from voiced.config import ListeningSettings
    from voiced.evaluation.trials import Setup, Task
    from voiced.flow import Action, Continuation, Detection, Outcome, Program, Samples, Sentence, State, Transcript
    from voiced.grammar import Grammar
    from voiced.recognition.end_of_turn import SoFar

JITTER_SECONDS = 0.1  # by which a frame may come late
LEAD, TAIL = round(0.3 * SAMPLE_RATE), round(1.5 * SAMPLE_RATE)  # samples of noise before and after a recording
PAUSES = 3  # put into a recording, if pauses are asked for
REST = 8 * FRAME_SAMPLES  # samples of noise that go on until there is an answer
PATIENCE_SECONDS = 120.0  # until waiting for an answer ends
FIXED_SECONDS = 0.7  # silence that ends a command elsewhere, for comparison


@dataclass(frozen=True, eq=False)
class Spoken:
    """A recording prepared for the real-time benchmark, and its reference times."""

    task: Task
    samples: Samples  # with noise behind it
    end: int  # sample after the speech
    fixed: int  # sample at which a fixed silence would have stopped recording


def speak(setup: Setup, listening: ListeningSettings, tasks: Sequence[Task], done: Callable[[], None]) -> list[Reply]:
    """Play all recordings, one after the other, and return a reply for each; `done` is called after each.

    VoicedError if a recording, the grammar or the model cannot be loaded.
    """
    recognizer = Recognizer(setup.settings, setup.grammar())
    recognizer.warm_up()
    spoken = [_prepared(setup, listening, task, recognizer) for task in tasks]
    stage = _Stage(spoken, Requests(), _Counted(recognizer), done)
    ear = listen(stage.frames(), WakeWordDetector([WakeWord("hey_jarvis")]), Vad(), listening, stage.requests)
    heard: Relay[Heard] = Relay(ear, 8, "ear")
    Assistant(stage.recognizer, stage, stage, stage.budget_of, stage.answer_pause).run(heard)
    return stage.replies


def _prepared(setup: Setup, listening: ListeningSettings, task: Task, recognizer: Recognizer) -> Spoken:
    vad = Vad()
    sound = sound_file.read(task.recording.path)
    if setup.pauses:
        utterance = as_utterance(sound, vad)
        said = recognizer.recognize(utterance)
        words = recognizer.words(utterance, said.text, said.language)
        sound = with_pauses(sound, _spread([word.end for word in words[:-1]]), setup.pauses)
    sound = sound[max(0, as_utterance(sound, vad).speech[0] - LEAD) :]  # nobody waits for the first word
    end = speech_end(sound, vad)
    sound = in_its_room(sound[: end + LEAD], LEAD, TAIL)
    if task.snr is not None and setup.noise is not None:
        noise = sound_file.read(setup.noise)
        sound = mixed(sound, noise, task.snr, key_of(setup.seed, task.recording.name, task.snr))
    return Spoken(task, sound, LEAD + end, _fixed_silence(listening, sound, vad))


def _spread(times: Sequence[float]) -> list[float]:
    """PAUSES of the times, evenly spread; empty if there are none."""
    return [times[len(times) * (2 * number + 1) // (2 * PAUSES)] for number in range(PAUSES)] if times else []


def _fixed_silence(listening: ListeningSettings, sound: Samples, vad: Vad) -> int:
    """Index of the sample at which an endpointer that waits FIXED_SECONDS would have stopped recording."""
    utterance = recorded(sound, listening.model_copy(update={"silence": FIXED_SECONDS}), vad)
    return utterance.start + len(utterance.samples) if utterance else len(sound)


def recorded(sound: Samples, listening: ListeningSettings, vad: Vad) -> Utterance | None:
    """Return what the ear records of a sound, (n_samples,), without a wake word and without asking at pauses.

    None if the sound ends before the recording does.
    """
    settings = listening.model_copy(update={"recognize_pauses": False})
    requests = Requests()
    requests.listen_now()
    events = listen(_frames(sound, 0), _NoWakeWord(), vad, settings, requests)
    return next((event for event in events if isinstance(event, Utterance)), None)


def _frames(sound: Samples, start: int) -> Iterator[AudioFrame]:
    for begin in range(0, len(sound) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        yield AudioFrame(start + begin, sound[begin : begin + FRAME_SAMPLES])


class _NoWakeWord:
    """A wake word detector that detects nothing."""

    def detect(self, _frame: AudioFrame) -> Detection | None:
        return None

    suspects = False

    def refuse(self, detection: Detection) -> None: ...

    def allow_again(self) -> None: ...

    def reset(self) -> None:
        pass


class _Counted:
    """A recogniser that counts its passes."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._passes = 0

    def grammar_of(self, _detection: Detection | None) -> Grammar:
        return self._recognizer.grammar

    def recognize(self, utterance: Utterance, so_far: SoFar | None, budget: Budget) -> Transcript:
        self._passes += 1
        return self._recognizer.recognize(utterance, so_far, budget)

    def recognize_so_far(self, utterance: Utterance, budget: Budget) -> SoFar:
        self._passes += 1
        return self._recognizer.recognize_so_far(utterance, budget)

    def take_passes(self) -> int:
        """The number of passes since the last call."""
        passes, self._passes = self._passes, 0
        return passes


class _Stage:
    """Speaks, in the ear's thread, and notes what is answered, in the assistant's: a microphone and a publisher."""

    def __init__(
        self, spoken: Sequence[Spoken], requests: Requests, recognizer: _Counted, done: Callable[[], None]
    ) -> None:
        self.requests = requests
        self.recognizer = recognizer
        self.replies: list[Reply] = []
        self._spoken = spoken
        self._done = done
        self._begin = 0  # sample of the stream at which the recording being spoken begins
        self._heard = 0  # sample up to which the ear has heard the stream
        self._over: int | None = None  # sample at which an answer has ended the recording, not the ear
        self._zero = 0.0  # when the stream's first sample was spoken, on the monotonic clock

    def frames(self) -> Iterator[AudioFrame]:
        """All recordings as one stream of frames in real time, each late by up to JITTER_SECONDS, in order."""
        jitter = np.random.default_rng(1)
        self._zero = time.monotonic()
        for number, spoken in enumerate(self._spoken):
            self.requests.listen_now()
            for frame in self._until_answered(spoken, number):
                due = self._zero + frame.end / SAMPLE_RATE + jitter.uniform(0, JITTER_SECONDS)
                time.sleep(max(0.0, due - time.monotonic()))
                yield frame
                self._heard = frame.end

    def _until_answered(self, spoken: Spoken, number: int) -> Iterator[AudioFrame]:
        """The frames of a recording, then its room noise in a loop until the assistant has answered."""
        yield from _frames(spoken.samples, self._begin)
        at = self._begin + len(spoken.samples) // FRAME_SAMPLES * FRAME_SAMPLES
        rest = spoken.samples[-REST:]
        give_up = at + round(PATIENCE_SECONDS * SAMPLE_RATE)
        while len(self.replies) <= number and at < give_up:
            yield from _frames(rest, at)
            at += REST
        yield from _frames(rest, at)  # so that the next recording does not find this one in the ear's memory
        at += REST
        assert len(self.replies) > number, f"{spoken.task.recording.name}: no answer in {PATIENCE_SECONDS} s"
        self._begin = at

    def answer_pause(self, so_far: Utterance, continuation: Continuation) -> bool:
        """Tell the ear what may follow."""
        over = self.requests.answer_pause(so_far, continuation)
        self._over = self._heard if over else None
        return over

    def budget_of(self, heard: Utterance | Sentence) -> Budget:
        """How old an utterance is; nobody else waits."""
        assert isinstance(heard, Utterance), "nothing comes as text here"
        return Budget(lambda: time.monotonic() - self._zero - heard.speech[1] / SAMPLE_RATE)

    def outcome(self, outcome: Outcome) -> None:
        """A recording was answered."""
        assert outcome.utterance, "nothing comes as text here"
        assert outcome.delays, "there is a clock"
        spoken, utterance = self._spoken[len(self.replies)], outcome.utterance
        end = self._begin + spoken.end
        over = utterance.start + len(utterance.samples) if self._over is None else self._over
        late = (utterance.speech[1] - end) / SAMPLE_RATE  # by which the ear errs about the end of the speech
        trial = trial_of(spoken.task, outcome.transcript, len(spoken.samples) / SAMPLE_RATE, 0.0)
        self.replies.append(
            Reply(
                trial=trial,
                ending=utterance.ending.value,
                stopped=(over - end) / SAMPLE_RATE,
                recognized=outcome.delays.recognized + late,
                published=outcome.delays.published + late,
                passes=self.recognizer.take_passes(),
                waited=(over - utterance.speech[1]) / SAMPLE_RATE,
                fixed=(spoken.fixed - spoken.end) / SAMPLE_RATE,
            )
        )
        self._done()

    def state(self, state: State) -> None:
        """Of no interest."""

    def muted(self, *, muted: bool) -> None:
        """Of no interest."""

    def wake(self, detection: Detection) -> None:
        """Of no interest."""

    def act(self, actions: Sequence[Action | Program]) -> None:
        """Of no interest: they follow their outcome."""

    def woken(self, detection: Detection | None) -> None:
        """Of no interest."""

    def answered(self, outcome: Outcome) -> None:
        """Of no interest."""
