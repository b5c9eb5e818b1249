"""Detects any number of wake words in a stream of frames, over one shared embedding of the sound.

The networks are openWakeWord's: 80 ms of sound → 8 mel frames → one embedding of the last 76 mel frames → each word's
head scores the last 16 or so embeddings. Scores equal those of the library's own streaming (a test compares every
bundled head), at a fraction of its time and memory.

`Detection.at` is the frame in which the head became sure. The word's end lies from 0.1 s before that frame to 0.3 s
after it; `listening` finds it. A word that the second stage verifies is announced only when its score has stopped
rising: then the sound holds the whole word.

Within its refractory time a word is not detected again, since a score may rise twice for one word: of "alexa" every
other time when the word leaves the head's window. Whoever says it again, because nothing seemed to happen, makes a
second rise, too: `allow_again` lets it count. Where it may be an echo, it is left to the second stage, in any case.
Knows no microphone, no commands, and not what a detection causes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from voiced.flow import SAMPLE_RATE, Detection
from voiced.wake import tuning
from voiced.wake.embedding import WARM_UP, Embedder
from voiced.wake.head import open_model
from voiced.wake.model_file import find_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from voiced.config import WakeWordSettings
    from voiced.flow import AudioFrame
    from voiced.wake.embedding import Features
    from voiced.wake.head import Model


SOON_SAMPLES, ECHO_SAMPLES = (round(seconds * SAMPLE_RATE) for seconds in (tuning.SOON_SECONDS, tuning.ECHO_SECONDS))


@dataclass(frozen=True, slots=True)
class WakeWord:
    """One word to listen for."""

    model: str = "hey_jarvis"  # the name of a known word, or the path of a file
    threshold: float | None = None  # score that counts, 0 to 1; None: CANDIDATE_SCORE if verified, else the head's own
    patience: int = tuning.PATIENCE_FRAMES  # so many consecutive frames must reach it
    refractory: float = tuning.REFRACTORY_SECONDS  # seconds in which the same word is not heard again
    verified: bool = False  # the second stage is asked about each detection


def wake_words(settings: WakeWordSettings) -> list[WakeWord]:
    """Return the words to listen for, in the order of the settings."""
    words = []
    for word in settings.models:
        verify = settings.verify if word.verify is None else word.verify
        threshold = word.threshold or settings.threshold
        patience = word.patience or settings.patience
        words.append(WakeWord(word.model, threshold, patience, settings.refractory, verified=verify))
    return words


def own_sounds(settings: WakeWordSettings, names: Iterable[str]) -> dict[str, bool | Path]:
    """Return the sounds of words that have their own, by name; `names` are in the order of the settings."""
    words = zip(names, settings.models, strict=True)
    return {name: word.woken for name, word in words if word.woken is not None}


def evidence_thresholds(settings: WakeWordSettings) -> list[float]:
    """Return the evidence, 0 to 1, that the second stage must find for each word, in the order of the settings."""
    return [word.evidence or settings.evidence for word in settings.models]


class WakeWordDetector:
    """Scores every frame of a stream without gaps; says when a wake word was completed."""

    def __init__(self, words: Sequence[WakeWord]) -> None:
        """Load the models; ModelError names the known words if one is unknown."""
        files = find_all(word.model for word in words)
        self._words = [WordDetector(word, open_model(file)) for word, file in zip(words, files, strict=True)]
        self._embedder = Embedder(longest=max([tuning.REMEMBERED_FRAMES, *(word.head.steps for word in self._words)]))
        self._heard = 0  # frames since the start or reset

    @property
    def scores(self) -> Mapping[str, float]:
        """Each word's score of the newest frame."""
        return {word.name: word.score for word in self._words}

    @property
    def thresholds(self) -> Mapping[str, float]:
        """The score at which each word is detected."""
        return {word.name: word.threshold for word in self._words}

    @property
    def phrases(self) -> Mapping[str, str]:
        """Each word as it is spoken."""
        return {word.name: word.phrase for word in self._words}

    def detect(self, frame: AudioFrame) -> Detection | None:
        """Return the best-scoring word that this frame of 80 ms completed, or None."""
        embeddings = self._embedder.hear(frame.samples)
        self._heard += 1
        for word in self._words:
            word.hear(embeddings, frame.end, warm=self._heard > WARM_UP)
        fired = [found for word in self._words if (found := word.detection(frame.end))]
        best = max(fired, key=lambda found: found.score, default=None)
        return replace(best, heard=embeddings[-tuning.REMEMBERED_FRAMES :]) if best else None

    @property
    def suspects(self) -> bool:
        """Whether a word that may be said again is perhaps ending just now: a few frames will tell."""
        return any(word.suspects for word in self._words)

    def allow_again(self) -> None:
        """Detect each word within its refractory time, too, if it is clearly said again."""
        for word in self._words:
            word.allow_again()

    def refuse(self, detection: Detection) -> None:
        """Shorten the refractory time of a word whose detection the second stage has refused."""
        for word in self._words:
            if word.name == detection.wake_word:
                word.listen_again()

    def reset(self) -> None:
        """Forget all sound, scores and refractory times."""
        self._embedder.reset()
        self._heard = 0
        for word in self._words:
            word.reset()


class WordDetector:
    """Turns one head's scores into detections: threshold, patience and refractory time."""

    def __init__(self, wake_word: WakeWord, model: Model) -> None:
        self._settings = wake_word
        self.name, self.phrase, self.head = model.name, model.phrase, model.head
        self.threshold = wake_word.threshold or (tuning.CANDIDATE_SCORE if wake_word.verified else model.head.alone)
        self.reset()

    def reset(self) -> None:
        self.head.reset()
        self.score = self._score_before = 0.0
        self._patient_for = 0  # consecutive frames at or above the threshold
        self._at = 0  # index of the sample after the newest frame
        self._deaf_until = 0  # index of the first sample that counts again
        self._fired_at = 0
        self._began_at = 0  # the newest rise
        self._fell = False  # below the threshold, since the newest detection
        self._is_allowed_again = False  # within the refractory time of the newest detection
        self._rise: _Rise | None = None

    def listen_again(self) -> None:
        self._deaf_until = min(self._deaf_until, self._fired_at + round(tuning.AGAIN_SECONDS * SAMPLE_RATE))

    def allow_again(self) -> None:
        self._is_allowed_again = True

    def hear(self, embeddings: Features, at: int, *, warm: bool) -> None:
        score = self.head.hear(embeddings)
        self._score_before, self.score = self.score, score if warm else 0.0
        self._at = at
        self._fell = self._fell or self.score < self.threshold
        self._patient_for = self._patient_for + 1 if self.score >= self.threshold else 0
        if self._rise:
            self._rise.go_on(self.score, at)
        elif self._patient_for >= self._settings.patience and (at >= self._deaf_until or self._again(SOON_SAMPLES)):
            is_echo = at < self._deaf_until and not self._again(ECHO_SAMPLES)
            self._rise, self._began_at = _Rise(self.score, at, doubtful=self._settings.verified or is_echo), at

    def _again(self, after: int) -> bool:
        """Whether a rise now would be a second one, and begin so many samples after the first."""
        return self._is_allowed_again and self._fell and self._at >= self._began_at + after

    @property
    def suspects(self) -> bool:
        rises = self.score >= tuning.SUSPICIOUS_SCORE and self.score > self._score_before
        return (self._rise is not None or rises) and self._again(ECHO_SAMPLES)

    def detection(self, at: int) -> Detection | None:
        """Return the detection that is complete at this sample, or None."""
        rise = self._rise
        if not rise or (rise.doubtful and not rise.is_over):
            return None
        self._rise = None
        self._fired_at = at
        self._fell = self._is_allowed_again = False
        self._deaf_until = at + round(self._settings.refractory * SAMPLE_RATE)
        return Detection(self.name, rise.highest, rise.sure_at, doubtful=rise.doubtful, phrase=self.phrase)


class _Rise:
    """Follows a score from the threshold to its maximum."""

    def __init__(self, score: float, at: int, *, doubtful: bool) -> None:
        self.doubtful = doubtful
        self.highest, self.sure_at = score, at
        self._is_sure = score >= tuning.SURE_SCORE
        self._frames = self._since_highest = 0

    def go_on(self, score: float, at: int) -> None:
        self._frames += 1
        self._since_highest += 1
        if score > self.highest:
            self.highest, self._since_highest = score, 0
            if not self._is_sure:
                self.sure_at, self._is_sure = at, score >= tuning.SURE_SCORE

    @property
    def is_over(self) -> bool:
        return self._since_highest >= tuning.SETTLED_FRAMES or self._frames >= tuning.LONGEST_RISE_FRAMES
