"""`voiced wake test`: what a wake word does, on recordings or live: scores, the second look, misses and false wakes."""

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
from voiced.listening.ear import LOOKED_AT
from voiced.recognition.recognizer import load_model
from voiced.wake.detector import WakeWordDetector, evidence_thresholds, wake_words
from voiced.wake.verifier import Verifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from voiced.config import Config
    from voiced.flow import Detection, Opinion, Samples
    from voiced.foundations.terminal import Print
    from voiced.wake.detector import WakeWord

SOUND = {".wav", ".flac", ".ogg", ".mp3"}
LEAD, TAIL = 1.0, 1.0  # seconds of faint noise around a recording: the networks look back, and words end late
FAINT = 10 ** (-65 / 20)  # of full scale
BAR = 40  # characters


@dataclass(frozen=True, slots=True)
class Wake:
    """A detection, and the second look, if there was one."""

    detection: Detection
    opinion: Opinion | None
    accepted: bool


class Trial:
    """Listens for one word as the daemon would."""

    def __init__(self, word: WakeWord, opinion: Callable[[Samples, str, float], Opinion] | None, enough: float) -> None:
        """Without `opinion` there is no second look."""
        self._detector = WakeWordDetector([word])
        self._opinion, self._enough = opinion, enough
        [(self.name, self._phrase)] = self._detector.phrases.items()
        self.threshold = word.threshold

    def hear(self, frames: Iterable[AudioFrame]) -> Iterator[tuple[float, Wake | None]]:
        """For each frame the score, and what was detected."""
        self._detector.reset()
        recent: list[AudioFrame] = []
        for frame in frames:
            recent = [*recent[1 - LOOKED_AT :], frame]
            detection = self._detector.detect(frame)
            yield self._detector.scores[self.name], self._judged(detection, recent) if detection else None

    def _judged(self, detection: Detection, recent: Sequence[AudioFrame]) -> Wake:
        if self._opinion is None:
            return Wake(detection, None, accepted=True)
        sound = np.concatenate([frame.samples for frame in recent])
        opinion = self._opinion(sound, self._phrase, detection.score)
        accepted = opinion.evidence >= self._enough
        if not accepted:
            self._detector.refuse(detection)
        return Wake(detection, opinion, accepted)


def trial_of(name: str, config: Config) -> Trial:
    """A word with the settings that it has in the config, or would have; loads the recogniser if it is asked."""
    chosen = next((word for word in config.wake_word.models if word.model == name), WakeWordEntry(model=name))
    settings = config.wake_word.model_copy(update={"models": (chosen,)})
    [word], [enough] = wake_words(settings), evidence_thresholds(settings)
    if not word.verified:
        return Trial(word, None, enough)
    return Trial(word, verifier_of(config).opinion, enough)


def verifier_of(config: Config) -> Verifier:
    """The second look as the daemon would have it; ModelError if there is no such model."""
    return Verifier(load_model(config.recognizer), grammar.load([config.intents]).language)


def on_files(trial: Trial, said: Sequence[Path], others: Sequence[Path], plot: Path | None, say: Print) -> bool:
    """Recordings in which the word is said, and others in which it is not; whether all went as it should."""
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


def live(trial: Trial, frames: Iterable[AudioFrame], say: Print) -> None:
    """A bar for the score of each frame, and a line for each detection, until the sound ends."""
    say(f"listening for {trial.name}; Ctrl-C ends it")
    for score, wake in trial.hear(frames):
        filled = round(score * BAR)
        say(f"\r|{'#' * filled}{' ' * (BAR - filled)}| {score:.2f} ", end="", flush=True)
        if wake:
            say(f"\r{told(wake)}{' ' * BAR}")


def told(wake: Wake) -> str:
    """One line."""
    detection, opinion = wake.detection, wake.opinion
    line = (
        f"{'heard' if wake.accepted else 'refused'} at {detection.at / SAMPLE_RATE:.2f} s, score {detection.score:.2f}"
    )
    return f"{line}, evidence {opinion.evidence:.2f}" if opinion else line


def _recordings(paths: Sequence[Path]) -> list[Path]:
    """Files, and those in folders."""
    found = list[Path]()
    for path in paths:
        found += sorted(each for each in path.rglob("*") if each.suffix in SOUND) if path.is_dir() else [path]
    return found


def _around(sound: Samples) -> Iterator[AudioFrame]:
    padded = np.pad(sound, (round(LEAD * SAMPLE_RATE), round(TAIL * SAMPLE_RATE)))
    padded = padded + np.random.default_rng(0).normal(scale=FAINT, size=len(padded)).astype(np.float32)
    for start in range(0, len(padded) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        yield AudioFrame(start, padded[start : start + FRAME_SAMPLES])
