"""`voiced bench`: recognises every recording of a folder, clean and in noise, and measures processor time.

Recognises in processes of one thread each: every processor is busy, and processor time is comparable. `noise` mixes,
`scoring` counts.
"""

from __future__ import annotations

import signal
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from time import process_time
from typing import TYPE_CHECKING

from voiced import grammar
from voiced.audio import sound_file
from voiced.audio.vad import Vad
from voiced.errors import VoicedError
from voiced.evaluation.dataset import Recording, foreign, labelled
from voiced.evaluation.noise import key_of, mixed
from voiced.evaluation.scoring import Trial
from voiced.flow import SAMPLE_RATE
from voiced.listening.recording import as_utterance
from voiced.recognition.recognizer import Recognizer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from voiced.config import RecognizerSettings
    from voiced.flow import Samples, Transcript
    from voiced.grammar import Grammar

CLEAN = "clean"


@dataclass(frozen=True)
class Setup:
    """Settings that all trials share."""

    settings: RecognizerSettings
    intents: Path
    noise: Path | None = None
    seed: int = 0
    pauses: float = 0.0  # seconds, put between words for `--latency`
    languages: tuple[str, ...] = ()  # as in the config; none: one, that of the intents
    house: Callable[[], Grammar] | None = None  # makes the grammar, instead of the intents: of a house without any

    def grammar(self) -> Grammar:
        """Return the grammar under which all is recognised. ConfigError."""
        return self.house() if self.house else grammar.load([self.intents], languages=self.languages)


@dataclass(frozen=True)
class Task:
    """One recording to be recognised in one condition."""

    recording: Recording
    condition: str
    snr: float | None = None  # dB; None: as it is


def own_tasks(folder: Path, snrs: Sequence[float], limit: int | None) -> list[Task]:
    """Tasks for every recording of a folder: clean, then at each ratio of speech to noise in dB."""
    recordings = _spread(labelled(folder), limit)
    clean = [Task(recording, CLEAN) for recording in recordings]
    return clean + [Task(recording, f"{snr:g} dB", snr) for snr in snrs for recording in recordings]


def foreign_tasks(folders: Sequence[Path], limit: int | None) -> list[Task]:
    """Tasks for every recording of folders that hold no commands of this grammar, without noise."""
    return [Task(recording, str(folder)) for folder in folders for recording in _spread(foreign(folder), limit)]


def _spread(recordings: list[Recording], limit: int | None) -> list[Recording]:
    """`limit` recordings, evenly spread over the list; all if there is no limit."""
    if limit is None or limit >= len(recordings):
        return recordings
    return [recordings[number * len(recordings) // limit] for number in range(limit)]


def attempt_all(setup: Setup, tasks: Sequence[Task], jobs: int, done: Callable[[], None]) -> list[Trial]:
    """Recognise in `jobs` processes; trials in the order of the tasks. `done` is called after each.

    VoicedError if grammar, noise, model or a recording cannot be loaded.
    """
    # What is wrong with the grammar is better said before the work begins.
    setup.grammar()
    if setup.noise:
        sound_file.read(setup.noise)
    for task in tasks:
        sound_file.check(task.recording.path)
    ignore = (signal.SIGINT, signal.SIG_IGN)  # of Ctrl-C this process takes care
    pool = ProcessPoolExecutor(min(jobs, len(tasks)), get_context("spawn"), signal.signal, ignore)
    try:
        trials = [pool.submit(attempt, setup, task) for task in tasks]
        for trial in as_completed(trials):
            trial.result()
            done()
        return [trial.result() for trial in trials]
    except BrokenProcessPool as error:
        raise VoicedError("a process that recognises has died; if memory is short, try --jobs 1") from error
    finally:
        pool.shutdown(cancel_futures=True)


def attempt(setup: Setup, task: Task) -> Trial:
    """Recognise one recording, in this process."""
    listener = _listener(setup)
    sound = sound_file.read(task.recording.path)
    if task.snr is not None and listener.noise is not None:
        sound = mixed(sound, listener.noise, task.snr, key_of(setup.seed, task.recording.name, task.snr))
    utterance = as_utterance(sound, listener.vad)
    began = process_time()
    transcript = listener.recognizer.recognize(utterance)
    return trial_of(task, transcript, len(sound) / SAMPLE_RATE, process_time() - began)


def trial_of(task: Task, transcript: Transcript, seconds: float, cpu: float) -> Trial:
    """The trial of a task from its transcript: `seconds` of sound, `cpu` seconds of processor time."""
    return Trial(
        file=task.recording.name,
        condition=task.condition,
        label=task.recording.label,
        accepted=transcript.match is not None and transcript.reason is None,
        reason=transcript.reason.value if transcript.reason else None,
        text=transcript.text,
        intent=transcript.match.intent if transcript.match else None,
        slots=dict(transcript.match.slots) if transcript.match else {},
        confidence=transcript.confidence,
        avg_logprob=transcript.avg_logprob,
        seconds=seconds,
        cpu=cpu,
        then=transcript.match.then if transcript.match else (),
        language=transcript.language,
    )


@dataclass(frozen=True)
class _Listener:
    """Recogniser, VAD and noise, loaded once in each process."""

    recognizer: Recognizer
    vad: Vad
    noise: Samples | None


@cache
def _listener(setup: Setup) -> _Listener:
    settings = setup.settings.model_copy(update={"threads": 1})
    recognizer = Recognizer(settings, setup.grammar())
    recognizer.warm_up()
    return _Listener(recognizer, Vad(), sound_file.read(setup.noise) if setup.noise else None)
