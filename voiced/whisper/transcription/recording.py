"""Samples → the log-mel spectrogram of a whole recording, and the language that is spoken in it.

Knows the encoder and the first token that the decoder writes; no windows, no text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch.nn.functional as F

from voiced.whisper.decoding import NON_SPEECH, detect_language
from voiced.whisper.log_mel import WINDOW_FRAMES, log_mel
from voiced.whisper.transcription.values import FRAMES_PER_SECOND

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from torch import Tensor

    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.transcription.values import TranscriptionOptions

# Mel frames of silence behind the recording: the last of them is not reached by any window over the sound.
SILENT_FRAMES = 4
# A language that is likelier in one window needs no further window.
SURE_PROBABILITY = 0.5


@dataclass(frozen=True, eq=False, slots=True)
class MelRecording:
    """The log-mel spectrogram of a recording, and the language that is spoken in it."""

    log_mel: Tensor  # (n_mels, mel frames)
    language: str  # code
    language_probs: dict[str, float]  # code → probability, likeliest first; empty if not detected

    @property
    def n_frames(self) -> int:
        """Mel frames of 10 ms."""
        return self.log_mel.shape[1]

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.n_frames / FRAMES_PER_SECOND


def prepare(loaded: LoadedModel, samples: npt.NDArray[np.float32], options: TranscriptionOptions) -> MelRecording:
    """Mono samples at 16 kHz, full scale ±1 → spectrogram and language. ValueError as from `check_options`."""
    check_options(loaded, options)
    # (n_mels, mel frames). Whisper expects 30 s of silence behind every recording. All of its frames are alike, so the
    # last of a few stands for them.
    mel = log_mel(samples, loaded.model.dims.n_mels, SILENT_FRAMES)
    # The language is named, or the only one there is; or it is heard.
    if options.language or not loaded.tokenizer.is_multilingual:
        language, probs = options.language or "en", {}
    else:
        probs = _language_probs(loaded, mel, options.language_detection_segments)
        language = next(iter(probs))
    return MelRecording(mel[:, :-SILENT_FRAMES], language, probs)


def _language_probs(loaded: LoadedModel, mel: Tensor, n_windows: int) -> dict[str, float]:
    """Code → probability, likeliest first: the mean over the first windows, or of one that is sure."""
    heard: list[dict[str, float]] = []
    for begin in range(0, max(1, mel.shape[1] - SILENT_FRAMES), WINDOW_FRAMES)[:n_windows]:
        # The last window is padded to 30 s by the frame of silence: (n_mels, 3000).
        window = mel[:, begin : begin + WINDOW_FRAMES]
        window = F.pad(window, (0, WINDOW_FRAMES - window.shape[1]), value=float(mel[0, -1]))
        probs = detect_language(loaded.model, loaded.tokenizer, loaded.model.encode(window))
        # One sure window is enough. Several that are not are heard as one, by their mean.
        if max(probs.values()) >= SURE_PROBABILITY:
            return probs
        heard.append(probs)
    mean = {code: sum(probs[code] for probs in heard) / len(heard) for code in heard[0]}
    return dict(sorted(mean.items(), key=lambda pair: pair[1], reverse=True))


def check_options(loaded: LoadedModel, options: TranscriptionOptions) -> None:
    """Raise ValueError for a language, task or token that the model does not know."""
    check_language(loaded, options)
    check_tokens(loaded, options)


def check_language(loaded: LoadedModel, options: TranscriptionOptions) -> None:
    """Raise ValueError for a language or task that the model does not know."""
    tokenizer = loaded.tokenizer
    if not tokenizer.is_multilingual and (options.task == "translate" or options.language not in (None, "en")):
        raise ValueError(f"the model {loaded.name} knows English only; choose a multilingual one, such as base")
    if tokenizer.is_multilingual and options.language and options.language not in tokenizer.languages:
        raise ValueError(f"the model {loaded.name} does not know the language {options.language!r}")


def check_tokens(loaded: LoadedModel, options: TranscriptionOptions) -> None:
    """Raise ValueError for suppressed tokens that the model does not have, or that no text can do without."""
    last, eot = loaded.tokenizer.n_vocab - 1, loaded.tokenizer.eot
    for token in options.suppress_tokens:
        if token != NON_SPEECH and not 0 <= token <= last:
            raise ValueError(f"the model {loaded.name} has no token {token}; its tokens are 0 to {last}")
    if eot in options.suppress_tokens:
        raise ValueError(f"token {eot} is the end of text, without which no text would end")
