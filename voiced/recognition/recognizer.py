"""Whisper and the grammar → transcript: whether to look again, and the decision what is no command.

One look is mostly enough; where it leaves a doubt, a second look, and a third, are taken, as `looks` does it. With
`mode: free` Whisper writes what it likes and the text is matched afterwards.

Knows nothing of microphones, brokers or threads.
"""

from __future__ import annotations

import logging
import os
from copy import copy
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import torch

from voiced.errors import ModelError
from voiced.flow import SAMPLE_RATE, Ending, Reason, Timings, Transcript, Utterance
from voiced.recognition.cadence import cadence, sounds_done
from voiced.recognition.confidence import confidence, is_enough, is_hopeless, rejection
from voiced.recognition.end_of_turn import LastWord, SoFar, expected
from voiced.recognition.free_mode import read_freely
from voiced.recognition.passes import end_of, look, look_again, look_once_more, whole, window_of
from voiced.recognition.prepared import with_short_pauses
from voiced.recognition.views import MAX_TOKENS, Reader
from voiced.whisper.decoding import DecodingOptions
from voiced.whisper.kernels.threads import choose_threads
from voiced.whisper.loading.weights import load
from voiced.whisper.log_mel import WINDOW_SAMPLES, pad_or_trim
from voiced.whisper.repetition import is_repetitive

if TYPE_CHECKING:
    from voiced.config import RecognizerSettings
    from voiced.flow import Match
    from voiced.grammar import Grammar
    from voiced.recognition.passes import Looked
    from voiced.whisper.loaded import LoadedModel
    from voiced.whisper.words import TimedWord

log = logging.getLogger(__name__)

_WARM_UP = 2 * SAMPLE_RATE  # with its tail, what a short command takes


def load_model(settings: RecognizerSettings) -> LoadedModel:
    """ModelError if it is missing, or not what it claims to be."""
    return _load(settings, settings.model)


class Recognizer:
    """A model that knows the household's grammar."""

    def __init__(self, settings: RecognizerSettings, grammar: Grammar) -> None:
        """Load the model; ModelError if it is missing, or not what it claims to be."""
        self._settings = settings
        torch.set_num_threads(settings.threads or _most_threads())
        self._reader = self._second = Reader(load_model(settings), settings, settings.model, grammar)
        if settings.second_model:
            self._second = Reader(_load(settings, settings.second_model), settings, settings.second_model, grammar)
        self.grammar = grammar

    def under(self, grammar: Grammar) -> Recognizer:
        """The same model under another grammar, beside this one; ModelError if it does not know the language."""
        other = copy(self)
        other.grammar = grammar
        other._reader = self._reader.under(grammar)  # noqa: SLF001 # one of us
        is_one = self._second is self._reader
        other._second = other._reader if is_one else self._second.under(grammar)  # noqa: SLF001
        return other

    @property
    def loaded(self) -> LoadedModel:
        """The model, for others who want to ask it something."""
        return self._reader.loaded

    def warm_up(self) -> None:
        """Look at silence once: the first run is slow. Then find the number of threads, if not set.

        `recognize` would not be content with one look at silence, and take eight times as long.
        """
        silence = Utterance(np.zeros(_WARM_UP, dtype=np.float32), 0, (0, _WARM_UP), Ending.SILENCE)
        if self._settings.mode == "free":
            self._read_freely(silence)
        else:
            self.look(silence)
        if self._settings.threads is None:
            log.info("threads: %d", choose_threads(lambda: self.look(silence), _most_threads(), perf_counter))

    def recognize(self, utterance: Utterance, so_far: SoFar | None = None) -> Transcript:
        """Say what was said, what it means, and if not, why not.

        `so_far`: what `recognize_so_far` found at the newest pause; if nothing was said since, passes go on from there.
        """
        if utterance.ending is Ending.NO_SPEECH:
            return Transcript("", None, Reason.NO_SPEECH, confidence=0.0, avg_logprob=0.0)
        if self._settings.mode == "free":
            return self._read_freely(utterance)
        doubt = so_far.doubt if so_far and _speech(so_far.utterance) == _speech(utterance) else None
        utterance = with_short_pauses(utterance)
        looked = doubt or self._looked(utterance)
        return self._transcript(look_once_more(looked, utterance) if self._is_doubtful(looked) else looked)

    def recognize_so_far(self, utterance: Utterance) -> SoFar:
        """Recognise an utterance up to a pause, and tell what may follow.

        There are two passes at most: whoever goes on speaking must not wait for the third. Where that might know
        better there is a `doubt`, and `recognize` takes it.
        """
        said, utterance = utterance, with_short_pauses(utterance)
        if self._settings.mode == "free":
            transcript = self._read_freely(utterance)
            return SoFar(said, transcript, expected(self.grammar, transcript, None))
        looked, end = self._looked(utterance), end_of(utterance)
        doubt = looked if self._is_doubtful(looked) else None
        transcript = self._transcript(looked)
        words = looked.words
        if transcript.match and not words:
            words = looked.reader.words(whole(transcript.match, utterance), looked.start, end)
        if not words:
            return SoFar(said, transcript, expected(self.grammar, transcript, None), doubt=doubt)
        last = LastWord(end - words[-1].start, words[-1].probability)
        how = cadence(utterance, last.lead, looked.look.stop)
        continuation = expected(self.grammar, transcript, last, done=sounds_done(how))
        return SoFar(said, transcript, continuation, how, doubt)

    def words(self, utterance: Utterance, text: str) -> list[TimedWord]:
        """The words of what was recognised, with times from the beginning of the samples; none if nothing was said."""
        if not text or utterance.ending is Ending.NO_SPEECH:
            return []
        start = self._reader.start(pad_or_trim(utterance.samples, window_of(utterance)))
        return self._reader.words(text, start, end_of(utterance))

    def look(self, utterance: Utterance) -> Looked:
        """The first look."""
        return look(self._reader, utterance)

    def look_again(self, utterance: Utterance, first: Looked) -> Looked:
        """The second, perhaps with another model."""
        return look_again(first if first.reader is self._second else look(self._second, utterance), utterance)

    def _looked(self, utterance: Utterance) -> Looked:
        """Once, or twice if need be."""
        first = self.look(utterance)
        return first if self._is_enough(first) else self.look_again(utterance, first)

    def _is_enough(self, looked: Looked) -> bool:
        if not self._settings.second_look:
            return True
        evidence = looked.look.evidence
        return evidence is not None and is_enough(evidence, looked.reader.weights, self._settings.min_confidence)

    def _is_doubtful(self, looked: Looked) -> bool:
        """Whether two looks are not enough, and a third may be."""
        evidence = looked.look.evidence
        if evidence is None or self._is_enough(looked):
            return False
        return not is_hopeless(evidence, looked.reader.weights)

    def _transcript(self, looked: Looked) -> Transcript:
        look = looked.look
        if look.match is None or look.evidence is None:
            transcript = Transcript(look.heard, None, Reason.OUT_OF_GRAMMAR, 0.0, look.avg_logprob)
        else:
            weights = looked.reader.weights
            reason = _loop(look.match) or rejection(look.evidence, weights, self._settings.min_confidence)
            sure = confidence(look.evidence, weights)
            transcript = Transcript(look.match.text, look.match, reason, sure, look.avg_logprob)
        return replace(
            transcript,
            heard=look.heard,
            window=looked.n_samples / SAMPLE_RATE,
            alternatives=look.alternatives,
            timings=looked.timings,
        )

    def _read_freely(self, utterance: Utterance) -> Transcript:
        begin = perf_counter()
        features = self._reader.hear(pad_or_trim(utterance.samples, WINDOW_SAMPLES))
        encoded = perf_counter()
        beam_size = self._settings.beam_size
        options = DecodingOptions(
            language=self._reader.language,
            beam_size=beam_size if beam_size > 1 else None,
            sample_len=MAX_TOKENS,
            prompt=self._reader.prompt,
            prefix=utterance.prefix,
            without_timestamps=True,
        )
        transcript = read_freely(self.loaded, self.grammar, features, options, self._settings.min_confidence)
        timings = Timings(encode=encoded - begin, decode=perf_counter() - encoded)
        return replace(transcript, window=WINDOW_SAMPLES / SAMPLE_RATE, timings=timings)


def _most_threads() -> int:
    """One core is left for listening."""
    return max(1, (os.cpu_count() or 2) - 1)


def _load(settings: RecognizerSettings, model: str) -> LoadedModel:
    try:
        return load(model, device=settings.device, compute=settings.compute)
    except (OSError, ValueError) as error:
        raise ModelError.told_by(error) from error


def _speech(utterance: Utterance) -> tuple[int, tuple[int, int], bytes]:
    """What tells the same speech, whatever silence follows, from any other."""
    return utterance.start, utterance.speech, utterance.samples[: utterance.speech[1] - utterance.start].tobytes()


def _loop(match: Match) -> Reason | None:
    """In a short window, where the grammar leaves it free, Whisper may say the same over and over; nobody does."""
    return Reason.LOW_CONFIDENCE if is_repetitive(match.text) else None
