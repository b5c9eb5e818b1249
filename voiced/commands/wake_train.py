"""`voiced wake train`: speaks a phrase in synthetic voices, trains a small network, and writes a wake word.

Nothing is written before the end, so that stopping half-way leaves no file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from voiced.audio import sound_file
from voiced.errors import VoicedError
from voiced.evaluation import plots
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE
from voiced.wake import tuning, word_file
from voiced.wake.network import windows_of
from voiced.wake.training import negatives
from voiced.wake.training.enrolment import Fault, listen_to
from voiced.wake.training.examples import make_examples
from voiced.wake.training.kokoro import Kokoro
from voiced.wake.training.negatives import peaks
from voiced.wake.training.synthesis import Counts, synthesise
from voiced.wake.training.train import TrainingSet, outputs_of, train

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from voiced.commands.wake_enroll import Verify
    from voiced.flow import Samples
    from voiced.foundations.terminal import Print
    from voiced.wake.embedding import Features
    from voiced.wake.network import Network
    from voiced.wake.training.examples import Examples

    Progress: TypeAlias = Callable[[str, int], AbstractContextManager[Callable[[], None]]]


@dataclass(frozen=True, slots=True)
class Effort:
    """Number of clips and training steps; tests take fewer."""

    counts: Counts
    rounds: int  # steps of the optimiser


FULL = Effort(Counts(), tuning.ROUNDS)


@dataclass(frozen=True, eq=False, slots=True)
class TrainingJob:
    """Input and output of a training."""

    phrase: str
    language: str  # of the phrase, or an accent: "en", "en-gb"
    takes: Sequence[Path]  # the user's own recordings
    wrong: Features  # (n, frames, 96): embeddings of wakes that were marked as wrong
    out: Path


def from_text(job: TrainingJob, verify: Verify, say: Print, progress: Progress, effort: Effort = FULL) -> None:
    """Train and write a wake word; VoicedError if voices are missing, or no take can be used."""
    takes = _takes(job.takes, say)
    network = Kokoro()
    with progress("speaking", effort.counts.total) as done:
        clips = synthesise(job.phrase, job.language, network, effort.counts, done)
    with progress("listening", effort.counts.total + len(takes)) as done:
        learnt = make_examples(clips, takes, done)
    others = negatives.read()
    split = round(tuning.LEARNT_SHARE * len(others.embeddings))
    with progress("learning", effort.rounds) as done:
        examples = _examples(learnt, job.wrong, others.embeddings[:split])
        word = train(examples, others.scale, others.embeddings[split:], effort.rounds, done)
    word_file.write(job.out, word_file.WordOfNetwork(job.phrase, word))
    _report(job, word, learnt, others.embeddings[split:], say)
    _check_second_stage(job.phrase, clips.phrase[tuning.EXAMINED_EVERY - 1 :: tuning.EXAMINED_EVERY], verify, say)


def _takes(files: Sequence[Path], say: Print) -> list[Samples]:
    """Return the phrase (samples,), cut out of each usable recording; VoicedError if there is none."""
    takes = []
    for file in files:
        heard = listen_to(sound_file.read(file))
        if isinstance(heard, Fault):
            say(f"{file}: {heard.value}")
        else:
            takes.append(heard.sound[slice(*heard.speech)])
    if files and not takes:
        raise VoicedError(f"none of {len(files)} recordings can be used; nothing was written")
    return takes


def _examples(learnt: Examples, wrong: Features, others: Features) -> TrainingSet:
    """Return the training set; the user's takes and wakes marked as wrong are few, so each is drawn more often."""
    marked = np.concatenate([learnt.near[:0], *(windows_of(wake) for wake in wrong)])
    return TrainingSet(
        np.concatenate((learnt.phrase, learnt.takes)),
        _shares(len(learnt.phrase), len(learnt.takes), tuning.TAKES_SHARE),
        np.concatenate((learnt.near, marked)),
        _shares(len(learnt.near), len(marked), tuning.WRONG_SHARE),
        others,
    )


def _shares(many: int, few: int, share: float) -> Features:
    """Return sampling probabilities (many + few,) that give the last `few` windows `share` in sum."""
    if not few:
        return np.full(many, 1 / many)
    return np.concatenate((np.full(many, (1 - share) / many), np.full(few, share / few)))


def _report(job: TrainingJob, word: Network, learnt: Examples, others: Features, say: Print) -> None:
    examined = word.outputs(learnt.examined.reshape(-1, *learnt.examined.shape[2:]))
    heard = examined.reshape(learnt.examined.shape[:2]).max(axis=1)  # of each scene
    false = peaks(outputs_of(word, others))
    hours = len(others) * FRAME_SAMPLES / SAMPLE_RATE / 3600
    first = 100 * float((heard >= word.offset).mean())
    sure = 100 * float(np.mean([word.score(float(output)) >= tuning.ALONE_SCORE for output in heard]))
    say(
        f"\nIn {len(heard)} scenes with voices that it has not learnt from, many in noise, it heard the phrase in "
        f"{first:.0f} %.\nOf {60 * hours:.0f} minutes of other speech {int((false >= word.offset).sum())} words "
        f"sounded like it at first; the second stage (wake_word.verify) is there to refuse them.\n"
        f"Suggested threshold: {tuning.CANDIDATE_SCORE} with the second stage, as it is by default. "
        f"Without it {tuning.ALONE_SCORE}, which hears "
        f"{sure:.0f} % and wakes about once an hour of speech by mistake.\n"
        f"wrote {job.out}, {job.out.stat().st_size / 1000:.0f} kB\n{_drawn(job, word.offset, heard, false, hours)}\n\n"
        f"Try it:    voiced wake test {job.out} --mic\n"
        f"Use it:    wake_word: {{models: [{job.out}]}}   in config.yaml"
    )


def _drawn(job: TrainingJob, offset: float, heard: Features, false: Features, hours: float) -> str:
    """Draw misses against false wakes beside the wake word; a sentence that says so, or why there is no picture.

    `heard` are the highest outputs of each scene with the phrase, `false` the peaks in `hours` of other speech.
    """

    def point(least: float) -> tuple[float, float]:
        return float((false >= least).sum()) / hours, float((heard < least).mean())

    curve = plots.Curve(
        job.phrase,
        [point(float(least)) for least in np.sort(heard)],
        (f"threshold {tuning.CANDIDATE_SCORE:g}, before the second stage", point(offset)),
    )
    try:
        figure = plots.curves_figure([curve], "scenes in which the phrase is missed")
        return f"{plots.save(job.out.with_suffix('.png'), figure)}: misses against false wakes"
    except VoicedError as error:  # the wake word is what was wanted
        return f"no picture of misses against false wakes was drawn: {error}"


def _check_second_stage(phrase: str, clips: Sequence[Samples], verify: Verify, say: Print) -> None:
    """Say in how many clips the second stage hears the phrase; it may not know an unusual name."""
    around = tuple(round(seconds * SAMPLE_RATE) for seconds in (0.8, tuning.KEPT_AFTER_SECONDS))
    heard = sum(
        verify(np.pad(clip, around), phrase, tuning.ALONE_SCORE).evidence >= tuning.EVIDENCE_THRESHOLD for clip in clips
    )
    say(f"\nThe recogniser hears {phrase!r} in {heard} of {len(clips)} voices.")
    if heard < tuning.KNOWN_SHARE * len(clips):
        say("That is too few for the second stage: take another phrase, or write {model: ..., verify: false} for it.")
