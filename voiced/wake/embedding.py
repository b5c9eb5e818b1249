"""Sound → embeddings: 80 ms of sound → 8 mel frames → one vector that tells of the last 76 mel frames.

openWakeWord's front end, run in a loop of its own. It does not know what is done with the vectors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from voiced.flow import FRAME_SAMPLES
from voiced.foundations.onnx_session import open_session, packaged_model
from voiced.wake.incremental import CACHE_SHAPES, STEP, incremental

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from voiced.flow import Samples

    Features = npt.NDArray[np.float32]  # (frames, 32) of the mel spectrogram, (steps, 96) of embeddings

PCM_SCALE = 32_768  # the networks were trained on 16-bit sample values
MEL_CONTEXT = 480  # samples before the frame that its first mel frames overlap
MEL_BANDS = 32
WINDOW_FRAMES = 76  # mel frames that one embedding looks at, 775 ms
EMBEDDING = 96  # numbers in an embedding
WARM_UP = 5  # frames after a start whose embeddings mean nothing, since the window is not filled with sound


class Embedder:
    """Hears a stream without gaps; one for all words, since it costs more than a head."""

    def __init__(self, longest: int) -> None:
        """Load the networks; `longest` is the number of embeddings that are kept."""
        self._mel = open_session(packaged_model("melspectrogram.onnx"))
        self._embedding = open_session(packaged_model("embedding_model.onnx"), incremental)
        silence = self._mel_frames(np.zeros(MEL_CONTEXT + FRAME_SAMPLES, np.float32))
        # Until there was sound, the library looks at a window of ones, but at embeddings of silence. Ours are the same.
        self._silence = np.repeat(self._embed_only(silence)[0], longest, axis=0)
        self._ones = self._embed_only(np.ones((STEP, MEL_BANDS), np.float32))[1]
        self.reset()

    def reset(self) -> None:
        """Forget all sound, as if just started."""
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
        for _ in range(WINDOW_FRAMES // STEP):
            embedding, caches = self._embed(mel, caches)
        return embedding, caches


def embedded(embedder: Embedder, sound: Samples) -> Features:
    """The embedding (frames, 96) of every whole frame of a recording; those of the first WARM_UP mean nothing."""
    whole = len(sound) // FRAME_SAMPLES * FRAME_SAMPLES
    frames = sound[:whole].reshape(-1, FRAME_SAMPLES)
    return np.concatenate([embedder.hear(frame)[-1:] for frame in frames])
