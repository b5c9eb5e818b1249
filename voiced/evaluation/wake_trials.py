"""`voiced wake test`: tries one wake word on recordings or live. Scores, verification, misses, false wakes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiced import grammar
from voiced.audio import sound_file
from voiced.config import WakeWordEntry
from voiced.evaluation import plots
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame
from voiced.foundations.terminal import bar
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

SUFFIXES = {".wav", ".flac", ".ogg", ".mp3"}
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
        self.threshold = word.threshold

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
    return Verifier(load_model(config.recognizer), grammar.load([config.intents]).language)


def on_files(trial: WakeTrial, said: Sequence[Path], others: Sequence[Path], plot: Path | None, say: Print) -> bool:
    """Test on recordings with the word (`said`) and without (`others`); True if none is missed and none wakes."""
    scores, wakes = list[float](), list[tuple[int, bool]]()  # of all recordings, one after the other
    missed, false, hours = 0, 0, 0.0
    said, others = _recordings(said), _recordings(others)
    for number, path in enumerate([*said, *others]):
        heard = list(trial.hear(_around(sound_file.read(path))))
        wakes += [(len(scores) + at, wake.accepted) for at, (_, wake) in enumerate(heard) if wake]
        scores += [score for score, _ in heard]
        accepted = [wake for _, wake in heard if wake and wake.accepted]
        if number < len(said):
            missed += not accepted
        else:
            false += len(accepted)
            hours += len(heard) * FRAME_SAMPLES / SAMPLE_RATE / 3600
        say(f"{path}: {'heard' if accepted else 'not heard'}, best score {max(score for score, _ in heard):.2f}")
        for _, wake in heard:
            if wake:
                say(f"  {told(wake)}")
    if said:
        say(f"missed {missed} of {len(said)}")
    if others:
        say(f"{false} false in {60 * hours:.1f} minutes, {false / hours:.2f} per hour")
    if plot:
        say(plots.save(plot, plots.scores_figure(scores, trial.threshold, wakes, trial.name)))
    return not missed and not false


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
