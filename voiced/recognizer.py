"""Whisper and the grammar → transcript: the prompt, the reading, and the decision what is no command.

The only file where the two meet. Knows nothing of microphones, brokers or threads.
"""

from __future__ import annotations

import os
from dataclasses import replace
from math import exp
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import torch

from voiced.errors import ModelError
from voiced.flow import SAMPLE_RATE, Ending, Hypothesis, Reason, Timings, Transcript
from voiced.grammar import vocabulary_prompt
from voiced.whisper.decoding import DecodingOptions, DecodingResult, decode
from voiced.whisper.log_mel import WINDOW_SECONDS, log_mel, pad_or_trim
from voiced.whisper.weights import load

if TYPE_CHECKING:
    from voiced.config import RecognizerSettings
    from voiced.flow import Match, Samples, Utterance
    from voiced.grammar import Grammar

NO_SPEECH = 0.6  # probability above which an unsure text is taken for noise; the reference's value
MAX_WORDS_TOKENS = 64  # no command is longer; an endless repetition must not cost seconds


class Recognizer:
    """A model that knows the household's grammar."""

    def __init__(self, settings: RecognizerSettings, grammar: Grammar) -> None:
        """Load the model; ModelError if it is missing, or not what it claims to be."""
        self._settings = settings
        self._grammar = grammar
        torch.set_num_threads(settings.threads or max(1, (os.cpu_count() or 2) - 1))
        try:
            self._loaded = load(settings.model)
        except (OSError, ValueError) as error:
            raise ModelError.told_by(error) from error
        self._options = DecodingOptions(
            language=self._language(),
            beam_size=settings.beam_size if settings.beam_size > 1 else None,
            sample_len=MAX_WORDS_TOKENS,
            prompt=self._prompt() if settings.prompt else "",
            without_timestamps=True,
        )

    def warm_up(self) -> None:
        """Recognise a second of silence: the first run costs more than any other."""
        self._decode(np.zeros(SAMPLE_RATE, dtype=np.float32), prefix="")

    def recognize(self, utterance: Utterance) -> Transcript:
        """Say what was said, what it means, and if not, why not."""
        begin = perf_counter()
        if utterance.ending is Ending.NO_SPEECH:
            return Transcript("", None, Reason.NO_SPEECH, confidence=0.0, avg_logprob=0.0)
        result, encoded = self._decode(utterance.samples, utterance.prefix)
        end = perf_counter()
        matches = self._grammar.matches(result.text)
        reason = self._rejection(result, matches)
        return Transcript(
            text="" if reason is Reason.NO_SPEECH else result.text.strip(),
            match=matches[0] if matches else None,
            reason=reason,
            confidence=exp(result.avg_logprob) if reason is None else 0.0,
            avg_logprob=result.avg_logprob,
            window=WINDOW_SECONDS,  # free transcription repeats itself in a shorter one
            alternatives=self._alternatives(result),
            timings=Timings(encode=encoded - begin, decode=end - encoded, total=perf_counter() - begin),
        )

    def _decode(self, samples: Samples, prefix: str) -> tuple[DecodingResult, float]:
        """What follows `prefix`, and when encoding was done."""
        model, tokenizer = self._loaded.model, self._loaded.tokenizer
        features = model.encode(log_mel(pad_or_trim(samples), model.dims.n_mels))
        encoded = perf_counter()
        return decode(model, tokenizer, features, replace(self._options, prefix=prefix)), encoded

    def _rejection(self, result: DecodingResult, matches: tuple[Match, ...]) -> Reason | None:
        unsure = result.avg_logprob < self._settings.min_logprob
        if not result.text.strip() or (unsure and result.no_speech_prob > NO_SPEECH):
            return Reason.NO_SPEECH
        if not matches:
            return Reason.OUT_OF_GRAMMAR
        if unsure:
            return Reason.LOW_CONFIDENCE
        rivals = [match for match in matches[1:] if match.literal_words == matches[0].literal_words]
        return Reason.AMBIGUOUS if any(rival.intent != matches[0].intent for rival in rivals) else None

    def _alternatives(self, result: DecodingResult) -> tuple[Hypothesis, ...]:
        """What the beams that came second wrote, most likely first, each text once."""
        texts: dict[str, float] = {}
        for hypothesis in result.hypotheses:
            texts.setdefault(self._loaded.tokenizer.decode(hypothesis.tokens).strip(), hypothesis.avg_logprob)
        texts.pop(result.text.strip(), None)
        return tuple(Hypothesis(text, self._grammar.match(text), logprob) for text, logprob in texts.items())

    def _prompt(self) -> str:
        tokenizer = self._loaded.tokenizer
        return vocabulary_prompt(self._grammar, lambda text: len(tokenizer.encode(" " + text)))

    def _language(self) -> str:
        """The grammar's language, if the model speaks it."""
        language, tokenizer = self._grammar.language, self._loaded.tokenizer
        known = tokenizer.languages if tokenizer.is_multilingual else {"en": 0}
        if language not in known:
            remedy = "use a multilingual model such as base" if language != "en" else "check `language:`"
            raise ModelError(
                f"model {self._settings.model!r} does not know the intents' language {language!r}: {remedy}"
            )
        return language
