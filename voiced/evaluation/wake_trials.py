"""`voiced wake test`: tries one wake word on recordings or live. Scores, verification, misses, false wakes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voiced.audio import sound_file
from voiced.audio.formats.kinds import SUFFIXES
from voiced.config import WakeWordEntry
from voiced.evaluation import plots
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame
from voiced.foundations.terminal import bar
from voiced.home_assistant.home import language_of
from voiced.listening.tuning import VERIFIED_FRAMES
from voiced.recognition.recognizer import load_model
from voiced.wake.detector import WakeWordDetector, evidence_thresholds, wake_words
from voiced.wake.verifier import Verifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from voiced.config import Config
    from voiced.flow import Detection, Opinion, Samples
    from voiced.foundations.terminal import Print
    from voiced.wake.detector import WakeWord

LEAD_SECONDS, TAIL_SECONDS = 1.0, 1.0  # of faint noise around a recording: the networks look back, words end late
FAINT_NOISE = 10 ** (-65 / 20)  # standard deviation; -65 dB of full scale
BAR_WIDTH = 40  # characters


@dataclass(frozen=True, slots=True)
class JudgedDetection:
    """A detection of the first stage, and what the second stage made of it."""

    detection: Detection
    opinion: Opinion | None  # None: the word has no second stage
    accepted: bool


class WakeTrial:
    """Listens for one wake word with both stages, as the daemon does."""

    def __init__(self, word: WakeWord, opinion: Callable[[Samples, str, float], Opinion] | None, enough: float) -> None:
        """`opinion` is the second stage, None for none; `enough` the evidence from which it accepts."""
        self._detector = WakeWordDetector([word])
        self._opinion, self._enough = opinion, enough
        [(self.name, self._phrase)] = self._detector.phrases.items()
        [self.threshold] = self._detector.thresholds.values()

    def hear(self, frames: Iterable[AudioFrame]) -> Iterator[tuple[float, JudgedDetection | None]]:
        """For each frame of 80 ms its score, 0 to 1, and the detection that it completes, if any."""
        self._detector.reset()
        recent: list[AudioFrame] = []
        for frame in frames:
            recent = [*recent[1 - VERIFIED_FRAMES :], frame]
            detection = self._detector.detect(frame)
            yield self._detector.scores[self.name], self._judged(detection, recent) if detection else None

    def _judged(self, detection: Detection, recent: Sequence[AudioFrame]) -> JudgedDetection:
        if self._opinion is None:
            return JudgedDetection(detection, None, accepted=True)
        sound = np.concatenate([frame.samples for frame in recent])
        opinion = self._opinion(sound, self._phrase, detection.score)
        accepted = opinion.evidence >= self._enough
        if not accepted:
            self._detector.refuse(detection)
        return JudgedDetection(detection, opinion, accepted)


def trial_of(name: str, config: Config) -> WakeTrial:
    """A trial of a wake word with its settings in the config, else the defaults; loads what the second stage needs."""
    chosen = next((word for word in config.wake_word.models if word.model == name), WakeWordEntry(model=name))
    settings = config.wake_word.model_copy(update={"models": (chosen,)})
    [word], [enough] = wake_words(settings), evidence_thresholds(settings)
    if not word.verified:
        return WakeTrial(word, None, enough)
    return WakeTrial(word, verifier_of(config).opinion, enough)


def verifier_of(config: Config) -> Verifier:
    """The second stage as the daemon would run it; ModelError if its model is missing."""
    return Verifier(load_model(config.recognizer), language_of(config))


@dataclass(frozen=True, slots=True)
class TriedRecording:
    """What a wake word did on one recording."""

    path: Path
    is_said: bool  # the word is said in it
    scores: tuple[float, ...]  # 0 to 1, one for each frame of 80 ms
    wakes: tuple[tuple[int, JudgedDetection], ...]  # the frame of each detection

    @property
    def accepted(self) -> int:
        """How often it woke."""
        return sum(wake.accepted for _, wake in self.wakes)

    def as_json(self) -> dict[str, Any]:
        """The line of `voiced wake test --json` about this recording; times in seconds."""
        wakes = [_wake_json(wake) for _, wake in self.wakes]
        best = round(max(self.scores), 4)
        return {"file": str(self.path), "said": self.is_said, "heard": self.accepted, "score": best, "wakes": wakes}


def try_files(trial: WakeTrial, said: Sequence[Path], others: Sequence[Path]) -> Iterator[TriedRecording]:
    """Try recordings with the word (`said`) and without (`others`), one after the other; folders stand for theirs."""
    for is_said, paths in ((True, _recordings(said)), (False, _recordings(others))):
        for path in paths:
            heard = list(trial.hear(_around(sound_file.read(path))))
            wakes = tuple((at, wake) for at, (_, wake) in enumerate(heard) if wake)
            yield TriedRecording(path, is_said, tuple(score for score, _ in heard), wakes)


def lines_of(tried: TriedRecording) -> Iterator[str]:
    """What a person wants to read about one recording."""
    best = max(tried.scores)
    yield f"{tried.path}: {'heard' if tried.accepted else 'not heard'}, best score {best:.2f}"
    yield from (f"  {told(wake)}" for _, wake in tried.wakes)


def sums_of(tried: Sequence[TriedRecording]) -> Iterator[str]:
    """How many recordings were missed, and how often others woke."""
    said, others = [one for one in tried if one.is_said], [one for one in tried if not one.is_said]
    if said:
        yield f"missed {sum(not one.accepted for one in said)} of {len(said)}"
    if others:
        false = sum(one.accepted for one in others)
        hours = sum(len(one.scores) for one in others) * FRAME_SAMPLES / SAMPLE_RATE / 3600
        yield f"{false} false in {60 * hours:.1f} minutes, {false / hours:.2f} per hour"


def passed(tried: Sequence[TriedRecording]) -> bool:
    """Whether none is missed and none wakes by mistake."""
    return all(bool(one.accepted) == one.is_said for one in tried)


def save_plot(plot: Path, trial: WakeTrial, tried: Sequence[TriedRecording]) -> str:
    """Draw the scores of all recordings, one after the other; return what was written, as a sentence."""
    scores, wakes = list[float](), list[tuple[int, bool]]()
    for one in tried:
        wakes += [(len(scores) + at, wake.accepted) for at, wake in one.wakes]
        scores += one.scores
    return plots.save(plot, plots.scores_figure(scores, trial.threshold, wakes, trial.name))


def live(trial: WakeTrial, frames: Iterable[AudioFrame], say: Print) -> None:
    """Show a bar for the score of each frame and print a line for each detection, until the sound ends."""
    say(f"listening for {trial.name}; Ctrl-C ends it")
    for score, wake in trial.hear(frames):
        say(f"\r{bar(score, BAR_WIDTH)} {score:.2f} ", end="", flush=True)
        if wake:
            say(f"\r{told(wake)}{' ' * BAR_WIDTH}")


def told(wake: JudgedDetection) -> str:
    """A detection as one line of text: when, its score, and the evidence of the second stage."""
    detection, opinion = wake.detection, wake.opinion
    line = (
        f"{'heard' if wake.accepted else 'refused'} at {detection.at / SAMPLE_RATE:.2f} s, score {detection.score:.2f}"
    )
    return f"{line}, evidence {opinion.evidence:.2f}" if opinion else line


def _wake_json(wake: JudgedDetection) -> dict[str, Any]:
    detection, opinion = wake.detection, wake.opinion
    evidence = None if opinion is None else round(opinion.evidence, 4)
    at = round(detection.at / SAMPLE_RATE, 2)
    return {"at": at, "score": round(detection.score, 4), "evidence": evidence, "accepted": wake.accepted}


def _recordings(paths: Sequence[Path]) -> list[Path]:
    """The files among `paths`, and the sound files in the folders among them, in order of their names."""
    found = list[Path]()
    for path in paths:
        inside = sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES)
        found += inside if path.is_dir() else [path]
    return found


def _around(sound: Samples) -> Iterator[AudioFrame]:
    padded = np.pad(sound, (round(LEAD_SECONDS * SAMPLE_RATE), round(TAIL_SECONDS * SAMPLE_RATE)))
    padded = padded + np.random.default_rng(0).normal(scale=FAINT_NOISE, size=len(padded)).astype(np.float32)
    for start in range(0, len(padded) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        yield AudioFrame(start, padded[start : start + FRAME_SAMPLES])
