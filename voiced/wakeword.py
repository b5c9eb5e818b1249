"""openWakeWord: frames → detections of wake words, any number of them over one embedding of the sound.

It runs the library's networks in a loop of its own: 80 ms of sound → 8 mel frames → one embedding of the last 76 mel
frames → each word's head looks at the last 16 or so embeddings → a score. The scores equal those of the library's own
streaming (a test holds every bundled head to that), at a fraction of its time and memory.

It does not know microphones or commands, nor what is done with a detection. A detection tells when the head was sure,
not when the word ended: that lies some 0.1 s before to 0.3 s after it (`listening` deals with that).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiced.errors import ModelError
from voiced.flow import FRAME_SAMPLES, SAMPLE_RATE, Detection
from voiced.incremental_embedding import CACHE_SHAPES, STEP, incremental
from voiced.onnx_session import Session, open_session, packaged_model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from voiced.flow import AudioFrame, Samples

    Features = npt.NDArray[np.float32]  # (frames, 32) of the mel spectrogram, (steps, 96) of embeddings

BUNDLED = ("alexa", "hey_jarvis", "hey_marvin", "hey_mycroft", "timer", "weather")

PCM_SCALE = 32_768  # the networks were trained on 16-bit sample values
MEL_CONTEXT = 480  # samples before the frame that its first mel frames overlap
MEL_BANDS = 32
WINDOW = 76  # mel frames that one embedding looks at, 775 ms
EMBEDDING = 96  # numbers in an embedding
WARM_UP = 5  # frames after a start whose scores mean nothing, since the windows are not filled with sound


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
        self._heads = [_Head(wake_word) for wake_word in wake_words]
        names = [head.name for head in self._heads]
        for name in names:
            if names.count(name) > 1:
                raise ModelError(f"wake word {name!r} is listed twice; give each model once")
        self._ears = _Embedder(longest=max((head.steps for head in self._heads), default=1))
        self._heard = 0  # frames since the start or reset

    @property
    def scores(self) -> Mapping[str, float]:
        """Each word's score of the newest frame."""
        return {head.name: head.score for head in self._heads}

    def detect(self, frame: AudioFrame) -> Detection | None:
        """Listen to one frame; the best-scoring word that it completed, if any."""
        embeddings = self._ears.hear(frame.samples)
        self._heard += 1
        for head in self._heads:
            head.look(embeddings, warm=self._heard > WARM_UP)
        fired = [head for head in self._heads if head.fires(frame.end)]
        best = max(fired, key=lambda head: head.score, default=None)
        return Detection(best.name, best.score, frame.end) if best else None

    def reset(self) -> None:
        """Forget all sound, as if just started."""
        self._ears.reset()
        self._heard = 0
        for head in self._heads:
            head.reset()


class _Embedder:
    """Sound → embeddings; one for all words, since it costs more than a head."""

    def __init__(self, longest: int) -> None:
        self._mel = open_session(packaged_model("melspectrogram.onnx"))
        self._embedding = open_session(packaged_model("embedding_model.onnx"), incremental)
        silence = self._mel_frames(np.zeros(MEL_CONTEXT + FRAME_SAMPLES, np.float32))
        # Until there was sound, the library looks at a window of ones, but at embeddings of silence. Ours are the same.
        self._silence = np.repeat(self._embed_only(silence)[0], longest, axis=0)
        self._ones = self._embed_only(np.ones((STEP, MEL_BANDS), np.float32))[1]
        self.reset()

    def reset(self) -> None:
        self._tail: Samples = np.zeros(0, np.float32)  # (MEL_CONTEXT,) once there was sound
        self._caches = self._ones
        self._steps: Features = self._silence  # (longest, EMBEDDING), the newest last

    def hear(self, samples: Samples) -> Features:
        """The last embeddings, including the one that this frame completes."""
        assert len(samples) == FRAME_SAMPLES, "the networks advance in steps of 80 ms"
        sound = np.concatenate((self._tail, samples * np.float32(PCM_SCALE)))
        self._tail = sound[-MEL_CONTEXT:]
        mel = self._mel_frames(sound)
        missing = np.ones((STEP - len(mel), MEL_BANDS), np.float32)  # of the first frame, which has no context
        embedding, self._caches = self._embed(np.concatenate((missing, mel)), self._caches)
        self._steps = np.concatenate((self._steps[1:], embedding))
        return self._steps

    def _mel_frames(self, pcm: Samples) -> Features:
        output = self._mel.run(None, {"input": pcm[None]})[0]
        return output.reshape(-1, MEL_BANDS) / np.float32(10) + np.float32(2)  # the scale that the embedding expects

    def _embed(self, mel: Features, caches: Sequence[Features]) -> tuple[Features, Sequence[Features]]:
        """Embedding (1, EMBEDDING) of the last 76 mel frames, of which STEP are new; and what to keep of them."""
        inputs = {"input_1": mel[None, :, :, None], **{f"cache{index}": cache for index, cache in enumerate(caches)}}
        embedding, *caches = self._embedding.run(None, inputs)
        return embedding, caches

    def _embed_only(self, mel: Features) -> tuple[Features, Sequence[Features]]:
        """The same after nothing else was heard for so long that it does not matter what was before."""
        embedding, caches = self._embed(mel, [np.zeros((1, *shape), np.float32) for shape in CACHE_SHAPES])
        for _ in range(WINDOW // STEP):
            embedding, caches = self._embed(mel, caches)
        return embedding, caches


class _Head:
    """One word's network, with its patience and its refractory time."""

    def __init__(self, wake_word: WakeWord) -> None:
        self._settings = wake_word
        self.name, path = _locate(wake_word.model)
        self._session = open_session(path)
        self._input, self.steps = _input_of(self._session, path)
        self.reset()

    def reset(self) -> None:
        self.score = 0.0
        self._patient_for = 0  # consecutive frames at or above the threshold
        self._deaf_until = 0  # index of the first sample that counts again

    def look(self, embeddings: Features, *, warm: bool) -> None:
        output = self._session.run(None, {self._input: embeddings[None, -self.steps :]})[0].reshape(-1)
        # A head with several outputs ("timer") tells phrases apart; its first output means "none of them".
        self.score = float(output[1:].max() if len(output) > 1 else output[0]) if warm else 0.0
        self._patient_for = self._patient_for + 1 if self.score >= self._settings.threshold else 0

    def fires(self, at: int) -> bool:
        """Whether the word counts as heard at this sample."""
        if self._patient_for < self._settings.patience or at < self._deaf_until:
            return False
        self._deaf_until = at + round(self._settings.refractory * SAMPLE_RATE)
        return True


def _locate(model: str) -> tuple[str, Path]:
    if model in BUNDLED:
        return model, packaged_model(f"{model}_v0.1.onnx")
    path = Path(model).expanduser()
    if path.suffix != ".onnx":
        raise ModelError(f"unknown wake word {model!r}; known are {', '.join(BUNDLED)}, or the path of an .onnx file")
    return path.stem, path


def _input_of(session: Session, path: Path) -> tuple[str, int]:
    """Name of the head's input, and how many embeddings it looks at."""
    wanted = session.get_inputs()[0]
    shape = list(wanted.shape)  # [1 or a name, steps, EMBEDDING]
    if len(session.get_inputs()) > 1 or shape[2:] != [EMBEDDING] or not isinstance(shape[1], int):
        raise ModelError(
            f"{path}: is not a wake word model of openWakeWord "
            f"(its input has the shape {shape}, not [1, steps, {EMBEDDING}])"
        )
    return wanted.name, shape[1]
