"""Second-stage wake-word verification: Whisper scores how likely the phrase is, given the sound of a detection.

Forced decoding, one pass over the phrase's few tokens with the recogniser's own model, gives its mean log probability.
Without speech that value depends on phrase and model, so the evidence is relative: 1 - logprob / logprob of the phrase
in silence. A small share of the first stage's log odds is added, which decides where Whisper is in doubt.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import torch

from voiced.flow import SAMPLE_RATE, Opinion
from voiced.wake import tuning
from voiced.whisper.log_mel import log_mel, pad_or_trim

if TYPE_CHECKING:
    from voiced.flow import Samples
    from voiced.whisper.loaded import LoadedModel

HEARD_SAMPLES = round(tuning.HEARD_SECONDS * SAMPLE_RATE)  # samples before the detection that are heard
WINDOW_SAMPLES = round(tuning.WINDOW_SECONDS * SAMPLE_RATE)  # samples that the encoder reads
TINY = 1e-9  # keeps the log odds of 0 and 1 finite


class Verifier:
    """Verifies wake words with the recogniser's Whisper model."""

    def __init__(self, loaded: LoadedModel, language: str) -> None:
        self._loaded = loaded
        self._start = loaded.tokenizer.start_sequence(language, "transcribe", timestamps=False)
        self._unheard = cache(self._logprob_unheard)

    def opinion(self, sound: Samples, phrase: str, score: float) -> Opinion:
        """Return the evidence, about 0 to 1, for `phrase` in the last HEARD_SAMPLES; `score`: the detector's."""
        logprob = self.logprob(sound, phrase)
        odds = math.log(max(score, TINY) / max(1 - score, TINY))
        trust = tuning.SCORE_TRUST * max(tuning.LOG_ODDS_LIMITS[0], min(tuning.LOG_ODDS_LIMITS[1], odds))
        return Opinion(1 - logprob / self._unheard(phrase) + trust, logprob)

    def logprob(self, sound: Samples, phrase: str) -> float:
        """Return the log probability per token of the phrase's likeliest spelling in the sound (samples,)."""
        model, encode = self._loaded.model, self._loaded.tokenizer.encode
        features = model.encode(log_mel(pad_or_trim(sound[-HEARD_SAMPLES:], WINDOW_SAMPLES), model.dims.n_mels))
        hidden, cache = model.decode(torch.tensor([self._start], device=model.device), model.start(features))
        first = model.logits(hidden[:, -1])
        found = []
        for spelling in spellings(phrase):
            tokens = encode(" " + spelling)
            logits = first
            if len(tokens) > 1:
                hidden, _ = model.decode(torch.tensor([tokens[:-1]], device=model.device), cache)
                logits = torch.cat((first, model.logits(hidden[0])))
            logprobs = logits.log_softmax(dim=-1)
            found.append(float(logprobs[range(len(tokens)), tokens].mean()))
        return max(found)

    def _logprob_unheard(self, phrase: str) -> float:
        """Return the phrase's log probability where nobody speaks: the mean of digital silence and of a quiet room."""
        room = np.random.default_rng(0).normal(scale=tuning.ROOM_NOISE, size=HEARD_SAMPLES).astype(np.float32)
        return (self.logprob(np.zeros(HEARD_SAMPLES, np.float32), phrase) + self.logprob(room, phrase)) / 2


def spellings(phrase: str) -> list[str]:
    """Return the phrase as Whisper may write it: alexa, Alexa; hey jarvis, Hey jarvis, Hey Jarvis."""
    return list(dict.fromkeys((phrase, phrase[:1].upper() + phrase[1:], phrase.title())))
