"""openWakeWord's front end: 80 ms of sound → 8 mel frames → one embedding of the last 76 mel frames.

The networks are openWakeWord's (its embedding is Google's speech_embedding), run without that library. Knows no wake
words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from voiced.flow import FRAME_SAMPLES
from voiced.foundations.onnx_session import open_session, shipped_model
from voiced.wake.incremental import CACHE_SHAPES, STEP, incremental

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from voiced.flow import Samples

    Features = npt.NDArray[np.float32]  # (frames, 32) of the mel spectrogram, (steps, 96) of embeddings

PCM_SCALE = 32_768  # the networks were trained on 16-bit sample values
MEL_CONTEXT = 480  # samples before a frame, which its first mel frames overlap
MEL_BANDS = 32
WINDOW_FRAMES = 76  # mel frames in one embedding, 775 ms
EMBEDDING = 96  # numbers in an embedding
WARM_UP = 5  # frames of 80 ms after a start whose embeddings mean nothing: the window is not yet full of sound


class Embedder:
    """Embeds a stream without gaps; all words share one, since it costs more than a head."""

    def __init__(self, longest: int) -> None:
        """Load the networks; `hear` will return the last `longest` embeddings."""
        self._mel = open_session(shipped_model("melspectrogram.onnx"))
        self._embedding = open_session(shipped_model("embedding_model.onnx"), incremental)
        silence = self._mel_frames(np.zeros(MEL_CONTEXT + FRAME_SAMPLES, np.float32))
        # As openWakeWord starts: mel frames of ones in the window, and embeddings of silence before the first.
        self._silence = np.repeat(self._embed_only(silence)[0], longest, axis=0)
        self._ones = self._embed_only(np.ones((STEP, MEL_BANDS), np.float32))[1]
        self.reset()

    def reset(self) -> None:
        """Forget all sound, as if just started."""
        self._tail: Samples = np.zeros(0, np.float32)  # (MEL_CONTEXT,) once there was sound
        self._caches = self._ones
        self._steps: Features = self._silence  # (longest, EMBEDDING), the newest last

    def hear(self, samples: Samples) -> Features:
        """Return the last embeddings (longest, 96) after a frame (1280,) at 16 kHz, the newest last."""
        assert len(samples) == FRAME_SAMPLES, "the networks advance in steps of 80 ms"
        sound = np.concatenate((self._tail, samples * np.float32(PCM_SCALE)))
        self._tail = sound[-MEL_CONTEXT:]
        mel = self._mel_frames(sound)
        missing = np.ones((STEP - len(mel), MEL_BANDS), np.float32)  # the first frame has no context: fewer mel frames
        embedding, self._caches = self._embed(np.concatenate((missing, mel)), self._caches)
        self._steps = np.concatenate((self._steps[1:], embedding))
        return self._steps

    def _mel_frames(self, pcm: Samples) -> Features:
        """Return the mel frames (n, 32) of 16-bit sample values, in the scale that the embedding expects."""
        output = self._mel.run(None, {"input": pcm[None]})[0]
        return output.reshape(-1, MEL_BANDS) / np.float32(10) + np.float32(2)

    def _embed(self, mel: Features, caches: Sequence[Features]) -> tuple[Features, Sequence[Features]]:
        """Return the embedding (1, 96) after new mel frames (STEP, 32), and the caches for the next step."""
        inputs = {"input_1": mel[None, :, :, None], **{f"cache{index}": cache for index, cache in enumerate(caches)}}
        embedding, *caches = self._embedding.run(None, inputs)
        return embedding, caches

    def _embed_only(self, mel: Features) -> tuple[Features, Sequence[Features]]:
        """Return embedding and caches of a window that holds nothing but `mel` (STEP, 32), repeated."""
        embedding, caches = self._embed(mel, [np.zeros((1, *shape), np.float32) for shape in CACHE_SHAPES])
        for _ in range(WINDOW_FRAMES // STEP):
            embedding, caches = self._embed(mel, caches)
        return embedding, caches


def embedded(embedder: Embedder, sound: Samples) -> Features:
    """Return the embeddings (frames, 96) of a recording's whole frames; the first WARM_UP mean nothing."""
    whole = len(sound) // FRAME_SAMPLES * FRAME_SAMPLES
    frames = sound[:whole].reshape(-1, FRAME_SAMPLES)
    return np.concatenate([embedder.hear(frame)[-1:] for frame in frames])
