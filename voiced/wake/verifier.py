"""The second stage: was the wake word really said? Whisper is asked how likely the phrase is, given the sound.

A detection costs little to doubt: the recogniser's model is loaded anyway, and is not asked to write, only how
surprised it would be to read the phrase as what was said (forced decoding: one pass over a few tokens). How surprised
it is without any sound depends on the phrase and the model, so what counts is the share of that surprise which the
sound takes away. A little of the first stage's certainty is added: it helps where Whisper is in doubt.
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
    """Whisper, asked about wake words. Shares the recogniser's model."""

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
