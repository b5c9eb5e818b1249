"""openWakeWord: frames → detections of wake words, any number of them over one embedding of the sound.

It runs the library's networks in a loop of its own: 80 ms of sound → 8 mel frames → one embedding of the last 76 mel
frames → each word's head looks at the last 16 or so embeddings → a score. The scores equal those of the library's own
streaming (a test holds every bundled head to that), at a fraction of its time and memory.

It does not know microphones or commands, nor what is done with a detection. A detection tells when the head was sure,
not when the word ended: that lies some 0.1 s before to 0.3 s after it (`listening` deals with that).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiced.errors import ModelError
from voiced.flow import SAMPLE_RATE, Detection
from voiced.wake.embedding import WARM_UP, Embedder
from voiced.wake.head import open_head

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voiced.flow import AudioFrame
    from voiced.wake.embedding import Features


@dataclass(frozen=True, slots=True)
class WakeWord:
    """One word to listen for."""

    model: str = "hey_jarvis"  # one of BUNDLED, or the path of an .onnx file
    threshold: float = 0.5  # score that counts, 0 to 1
    patience: int = 1  # so many consecutive frames must reach it
    refractory: float = 2.0  # seconds in which the same word is not heard again


class WakeWordDetector:
    """Scores every frame of a stream without gaps; says when a wake word was completed."""

    def __init__(self, wake_words: Sequence[WakeWord]) -> None:
        """Load the models; ModelError names the known words if one is unknown."""
        self._ears = [_Ear(wake_word) for wake_word in wake_words]
        names = [ear.name for ear in self._ears]
        for name in names:
            if names.count(name) > 1:
                raise ModelError(f"wake word {name!r} is listed twice; give each model once")
        self._embedder = Embedder(longest=max((ear.head.steps for ear in self._ears), default=1))
        self._heard = 0  # frames since the start or reset

    @property
    def scores(self) -> Mapping[str, float]:
        """Each word's score of the newest frame."""
        return {ear.name: ear.score for ear in self._ears}

    def detect(self, frame: AudioFrame) -> Detection | None:
        """Listen to one frame; the best-scoring word that it completed, if any."""
        embeddings = self._embedder.hear(frame.samples)
        self._heard += 1
        for ear in self._ears:
            ear.look(embeddings, warm=self._heard > WARM_UP)
        fired = [ear for ear in self._ears if ear.fires(frame.end)]
        best = max(fired, key=lambda ear: ear.score, default=None)
        return Detection(best.name, best.score, frame.end) if best else None

    def reset(self) -> None:
        """Forget all sound, as if just started."""
        self._embedder.reset()
        self._heard = 0
        for ear in self._ears:
            ear.reset()


class _Ear:
    """One word's head, with its patience and its refractory time."""

    def __init__(self, wake_word: WakeWord) -> None:
        self._settings = wake_word
        self.name, self.head = open_head(wake_word.model)
        self.reset()

    def reset(self) -> None:
        self.score = 0.0
        self._patient_for = 0  # consecutive frames at or above the threshold
        self._deaf_until = 0  # index of the first sample that counts again

    def look(self, embeddings: Features, *, warm: bool) -> None:
        self.score = self.head.score(embeddings) if warm else 0.0
        self._patient_for = self._patient_for + 1 if self.score >= self._settings.threshold else 0

    def fires(self, at: int) -> bool:
        """Whether the word counts as heard at this sample."""
        if self._patient_for < self._settings.patience or at < self._deaf_until:
            return False
        self._deaf_until = at + round(self._settings.refractory * SAMPLE_RATE)
        return True
