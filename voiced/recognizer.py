"""Whisper and the grammar → transcript: window, prompt, constraint, and the decision what is no command.

A command is short, so Whisper hears no more than the speech and a second of silence; it is shown the vocabulary of the
grammar, and may write sentences of the grammar only. Where that leaves a doubt, it says what it would write without the
grammar, which speaks for the reading or against it. With `mode: free` it writes what it likes and the text is matched
afterwards.

The only file where Whisper and the grammar meet. Knows nothing of microphones, brokers or threads.
"""

from __future__ import annotations

import logging
import os
from copy import copy
from dataclasses import replace
from difflib import SequenceMatcher
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import torch

from voiced.confidence import MARGIN, Evidence, confidence, rejection
from voiced.constrained import at_odds, constrained_search, free_search, weighed
from voiced.errors import ModelError
from voiced.expectation import expected
from voiced.flow import SAMPLE_RATE, Ending, Hypothesis, Reason, Timings, Transcript, Utterance
from voiced.free import read_freely
from voiced.grammar import vocabulary_prompt
from voiced.grammar.constraint import Constraint
from voiced.grammar.normalize import normalize
from voiced.grammar.token_tree import Vocabulary
from voiced.pauses import with_short_pauses
from voiced.whisper.alignment import POSITIONS_PER_SECOND, align
from voiced.whisper.decoding import DecodingOptions, compression_ratio
from voiced.whisper.log_mel import WINDOW_SAMPLES, log_mel, pad_or_trim
from voiced.whisper.text_tree import TextTree
from voiced.whisper.threads import choose_threads
from voiced.whisper.weights import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from voiced.config import RecognizerSettings
    from voiced.constrained import Path
    from voiced.flow import Match, Outlook
    from voiced.grammar import Grammar
    from voiced.whisper.weights import LoadedModel
    from voiced.whisper.words import TimedWord

log = logging.getLogger(__name__)

TAIL = SAMPLE_RATE  # of silence after the speech; with 0.2 s an eighth of the noisy commands is lost
STEP = SAMPLE_RATE // 2  # by which windows differ in length
MAX_TOKENS_FOREIGN = 24  # of what is no command, to tell what was heard; in a short window Whisper repeats itself
MAX_TOKENS = 64  # no command is longer; an endless repetition must not cost seconds
REPETITIVE = 2.4  # compression ratio of a text that repeats itself; the reference implementation's value
_LATE = 0.3  # seconds after the speech in which words may be placed that were not said
_WARM_UP = 2 * SAMPLE_RATE  # with its tail, what a short command takes
_PROMPT_TOKENS = 223  # the decoder reads no more of one


def load_model(settings: RecognizerSettings) -> LoadedModel:
    """ModelError if it is missing, or not what it claims to be."""
    try:
        return load(settings.model, device=settings.device, compute=settings.compute)
    except (OSError, ValueError) as error:
        raise ModelError.told_by(error) from error


class Recognizer:
    """A model that knows the household's grammar."""

    def __init__(self, settings: RecognizerSettings, grammar: Grammar) -> None:
        """Load the model; ModelError if it is missing, or not what it claims to be."""
        self._settings = settings
        torch.set_num_threads(settings.threads or _most_threads())
        self._loaded = load_model(settings)
        tokenizer = self._loaded.tokenizer
        self._tokens = Vocabulary([tokenizer.token_bytes(token) for token in range(tokenizer.eot)])
        self._learn(grammar)

    def under(self, grammar: Grammar) -> Recognizer:
        """The same model under another grammar, beside this one; ModelError if it does not know the language."""
        other = copy(self)
        other._learn(grammar)  # noqa: SLF001 # one of us
        return other

    def _learn(self, grammar: Grammar) -> None:
        settings, tokenizer = self._settings, self._loaded.tokenizer
        self.grammar = grammar
        self._prompt = self._vocabulary() if settings.prompt else ""
        self._free_options = DecodingOptions(
            language=self._language(),
            beam_size=settings.beam_size if settings.beam_size > 1 else None,
            sample_len=MAX_TOKENS,
            prompt=self._prompt,
            without_timestamps=True,
        )
        self._constraint = Constraint(grammar.automaton, grammar.language, self._tokens, tokenizer.eot)
        self._before = self._tokens_before()

    def grammar_of(self, _utterance: Utterance | None) -> Grammar:
        """Always the same."""
        return self.grammar

    @property
    def loaded(self) -> LoadedModel:
        """The model, for others who want to ask it something."""
        return self._loaded

    def warm_up(self) -> None:
        """Recognise silence: the first run costs more than any other. Then find the number of threads, if not set."""
        silence = Utterance(np.zeros(_WARM_UP, dtype=np.float32), 0, (0, _WARM_UP), Ending.SILENCE)
        self.recognize(silence)
        if self._settings.threads is None:
            log.info("threads: %d", choose_threads(lambda: self.recognize(silence), _most_threads(), perf_counter))

    def recognize(self, utterance: Utterance) -> Transcript:
        """Say what was said, what it means, and if not, why not."""
        if utterance.ending is Ending.NO_SPEECH:
            return Transcript("", None, Reason.NO_SPEECH, confidence=0.0, avg_logprob=0.0)
        return self._recognize(with_short_pauses(utterance))[0]

    def recognize_so_far(self, utterance: Utterance) -> tuple[Transcript, Outlook]:
        """The same in the middle of a recording, and what may follow."""
        utterance = with_short_pauses(utterance)
        transcript, features = self._recognize(utterance)
        end = (utterance.speech[1] - utterance.start) / SAMPLE_RATE
        words = self._timed(f"{utterance.prefix} {transcript.text}", features, end) if transcript.match else []
        return transcript, expected(self.grammar, transcript, words[-1] if words else None, end)

    def words(self, utterance: Utterance) -> list[TimedWord]:
        """The words that are recognised, with times from the beginning of the samples; none if nothing was said."""
        if utterance.ending is Ending.NO_SPEECH:
            return []
        transcript, features = self._recognize(utterance)
        return self._timed(transcript.text, features, (utterance.speech[1] - utterance.start) / SAMPLE_RATE)

    def _timed(self, text: str, features: Tensor, end: float) -> list[TimedWord]:
        """The words of a text, with when they were said: in the speech, or after its `end`."""
        positions = min(features.shape[1], round((end + _LATE) * POSITIONS_PER_SECOND))
        tokens = self._loaded.tokenizer.encode(" " + text.strip())
        words = align(self._loaded, features, positions, tokens, self._language(), "transcribe")
        return [word for word in words if any(map(str.isalnum, word.text))]

    def _recognize(self, utterance: Utterance) -> tuple[Transcript, Tensor]:
        begin = perf_counter()
        free = self._settings.mode == "free"
        n_samples = WINDOW_SAMPLES if free else _window(utterance)
        features = self._hear(utterance, n_samples)
        encoded = perf_counter()
        transcript = (self._read_freely if free else self._read)(features, utterance)
        end = perf_counter()
        timings = Timings(encode=encoded - begin, decode=end - encoded, total=end - begin)
        return replace(transcript, window=n_samples / SAMPLE_RATE, timings=timings), features

    def _read_freely(self, features: Tensor, utterance: Utterance) -> Transcript:
        options = replace(self._free_options, prefix=utterance.prefix)
        return read_freely(self._loaded, self.grammar, features, options, self._settings.min_confidence)

    def _read(self, features: Tensor, utterance: Utterance) -> Transcript:
        tree = self._begin(features, utterance.prefix)
        readings = self._understood(self._search(tree))
        if not readings:
            text, avg_logprob = self._write_freely(tree, MAX_TOKENS_FOREIGN)
            return Transcript(text, None, Reason.OUT_OF_GRAMMAR, confidence=0.0, avg_logprob=avg_logprob, heard=text)
        (path, match), *others = readings
        exact = weighed(tree, path)
        evidence, heard = self._evidence(tree, exact, _margin(readings))
        above = path.avg_logprob - exact.avg_logprob  # as much as the others are, too
        return Transcript(
            text=match.text,
            match=match,
            reason=_loop(match) or rejection(evidence, self._settings.min_confidence),
            confidence=confidence(evidence),
            avg_logprob=exact.avg_logprob,
            heard=heard,
            alternatives=tuple(Hypothesis(other.text, other, path.avg_logprob - above) for path, other in others),
        )

    def weigh(self, utterance: Utterance) -> tuple[Match, Evidence] | None:
        """The likeliest command and what speaks for it, whether or not that is enough; None if nothing is likely."""
        utterance = with_short_pauses(utterance)
        tree = self._begin(self._hear(utterance, _window(utterance)), utterance.prefix)
        readings = self._understood(self._search(tree))
        if not readings:
            return None
        path, match = readings[0]
        return match, self._evidence(tree, weighed(tree, path), _margin(readings))[0]

    def _hear(self, utterance: Utterance, n_samples: int) -> Tensor:
        model = self._loaded.model
        return model.encode(log_mel(pad_or_trim(utterance.samples, n_samples), model.dims.n_mels))

    def _begin(self, features: Tensor, prefix: str) -> TextTree:
        """Before the first token."""
        written = self._loaded.tokenizer.encode(" " + prefix) if prefix else []
        return TextTree(self._loaded.model, features, [*self._before, *written])

    def _search(self, tree: TextTree) -> list[Path]:
        """Sentences of the grammar, best first."""
        limit = min(MAX_TOKENS, self._loaded.model.dims.n_text_ctx - tree.root - 1)
        return constrained_search(tree, self._constraint, self._settings.beam_size, limit)

    def _evidence(self, tree: TextTree, path: Path, margin: float) -> tuple[Evidence, str]:
        """What speaks for a reading; and in doubt, what Whisper would write without the grammar."""
        words = [each.logprob for each in path.written if each.is_word]
        outside, rival = at_odds(tree, self._constraint, path)
        evidence = Evidence(
            words=sum(words) / len(words),
            worst=min(words),
            outside=outside,
            rival=rival,
            margin=margin,
            no_speech=self._no_speech(tree),
        )
        return (evidence, "") if evidence.is_plain else self._doubted(evidence, path, tree)

    def _no_speech(self, tree: TextTree) -> float:
        """The probability that nobody spoke."""
        after_start = tree.logprobs(self._before.index(self._loaded.tokenizer.sot))
        return float(after_start[self._loaded.tokenizer.no_speech].exp())

    def _doubted(self, evidence: Evidence, path: Path, tree: TextTree) -> tuple[Evidence, str]:
        """The evidence with that of what Whisper would write without the grammar; and that."""
        text, avg_logprob = self._write_freely(tree, len(path.written) + 3, path.tokens)
        heard, read = normalize(text, self.grammar.language).text, path.normal.strip()
        agreement = SequenceMatcher(None, heard[: len(read) + 4], read, autojunk=False).ratio()
        return replace(evidence, agreement=agreement, lead=avg_logprob - evidence.words), text

    def _write_freely(self, tree: TextTree, limit: int, guess: Sequence[int] = ()) -> tuple[str, float]:
        """What Whisper would write without the grammar, perhaps `guess`, and its mean log probability."""
        tokenizer = self._loaded.tokenizer
        tokens, avg_logprob = free_search(tree, tokenizer.eot, limit, guess)
        return tokenizer.decode(tokens).strip(), avg_logprob

    def _understood(self, paths: list[Path]) -> list[tuple[Path, Match]]:
        """The paths with what they mean, each meaning once."""
        found: dict[str, tuple[Path, Match]] = {}
        for path in paths:
            match = self.grammar.match(self._loaded.tokenizer.decode(path.tokens).strip())
            assert match is not None, "what was written under the grammar is in it"
            found.setdefault(f"{match.intent} {sorted(match.slots.items())}", (path, match))
        return list(found.values())

    def _tokens_before(self) -> list[int]:
        """[start of prompt, prompt,] start of transcript, language, task, no timestamps."""
        tokenizer = self._loaded.tokenizer
        start = tokenizer.start_sequence(self._language(), "transcribe", timestamps=False)
        prompt = tokenizer.encode(" " + self._prompt)[-_PROMPT_TOKENS:] if self._prompt else []
        return [*([tokenizer.sot_prev, *prompt] if prompt else []), *start]

    def _vocabulary(self) -> str:
        return vocabulary_prompt(self.grammar, lambda text: len(self._loaded.tokenizer.encode(" " + text)))

    def _language(self) -> str:
        """The grammar's language, if the model speaks it."""
        language, tokenizer = self.grammar.language, self._loaded.tokenizer
        known = tokenizer.languages if tokenizer.is_multilingual else {"en": 0}
        if language not in known:
            remedy = "use a multilingual model such as base" if language != "en" else "check `language:`"
            raise ModelError(
                f"model {self._settings.model!r} does not know the intents' language {language!r}: {remedy}"
            )
        return language


def _most_threads() -> int:
    """One core is left for listening."""
    return max(1, (os.cpu_count() or 2) - 1)


def _window(utterance: Utterance) -> int:
    """Samples that the encoder hears: the speech and its tail, in whole steps.

    The libraries beneath keep code and buffers for every length they meet, some 2 MB: they must not meet all of them.
    """
    begin, end = utterance.speech
    heard = end - utterance.start if end > begin else len(utterance.samples)
    return min(-(-(heard + TAIL) // STEP) * STEP, WINDOW_SAMPLES)


def _loop(match: Match) -> Reason | None:
    """In a short window, where the grammar leaves it free, Whisper may say the same over and over; nobody does."""
    return Reason.LOW_CONFIDENCE if compression_ratio(match.text) > REPETITIVE else None


def _margin(readings: Sequence[tuple[Path, Match]]) -> float:
    """How much better the mean of all tokens is than that of the second reading."""
    return min(MARGIN, readings[0][0].avg_logprob - readings[1][0].avg_logprob) if len(readings) > 1 else MARGIN
