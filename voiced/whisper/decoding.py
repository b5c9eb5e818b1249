"""Audio features of one window → text, as openai/whisper's `decoding.py` does it; `decode` is its `DecodingTask.run`.

Read the initial tokens, then search. What may be written is up to `filters`, how tokens are chosen and hypotheses
ranked up to `search`; here the options become both. Knows nothing of recordings longer than a window.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import torch

from voiced.whisper.batch_search import search_batch
from voiced.whisper.filters import LogitFilter, RepetitionPenalty, SuppressBlank, SuppressTokens, TimestampRules
from voiced.whisper.log_mel import WINDOW_SECONDS
from voiced.whisper.repetition import compression_ratio
from voiced.whisper.search import BeamSearch, Chooser, Sampling, TokenHypothesis, ranked, search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from voiced.whisper.model import Cache, Whisper
    from voiced.whisper.tokenizer import Task, Tokenizer

NON_SPEECH = -1  # in `suppress_tokens`: stands for `Tokenizer.non_speech_tokens`, as in openai/whisper


# What the decoder reads and writes, here for a French command with a prompt (Radford et al. 2022, figure 1):
#
#     <|startofprev|> Cuisine, salon.                  the prompt: text before this window, or words to expect
#     <|startoftranscript|> <|fr|> <|transcribe|>      the start sequence: these and the prompt are read in one pass
#     <|0.00|> Allume la lampe.<|1.20|> <|endoftext|>  what is written, token by token


@dataclass(frozen=True, slots=True)
class DecodingOptions:
    """How to decode one window; by default greedily, with timestamps. ValueError if options contradict each other."""

    task: Task = "transcribe"  # or "translate": into English
    language: str | None = None  # code; None: detected, by multilingual models

    # how tokens are chosen
    temperature: float = 0.0  # 0: always the likeliest; above: at random, the hotter the wilder
    sample_len: int | None = None  # most tokens to write; None: half of the decoder's context, 224
    best_of: int | None = None  # independent samples at a temperature above 0
    beam_size: int | None = None  # hypotheses kept by beam search at temperature 0; None: greedy
    patience: float | None = None  # times beam_size hypotheses must end before the search does; None: 1

    # how finished hypotheses are compared
    length_penalty: float | None = None  # alpha of Wu et al. 2016, 0 to 1; None: mean log probability per token

    # what stands before the text
    prompt: str | tuple[int, ...] = ()  # earlier text, or words to expect; its last 223 tokens are read
    prefix: str | tuple[int, ...] = ()  # how the text begins; read, so it is not part of what is written

    # what must not be written
    suppress_tokens: tuple[int, ...] = (NON_SPEECH,)
    suppress_blank: bool = True  # the text does not begin with a space alone or its end
    repetition_penalty: float = 1.0  # above 1: what was written before is less likely, see `RepetitionPenalty`

    # timestamps
    without_timestamps: bool = False  # text only
    max_initial_timestamp: float | None = 1.0  # seconds; the first segment begins no later

    def __post_init__(self) -> None:
        if self.beam_size is not None and (self.best_of is not None or self.temperature > 0):
            raise ValueError("beam_size is for temperature 0; best_of is for temperatures above it")
        if self.temperature == 0 and self.best_of is not None:
            raise ValueError("best_of needs a temperature above 0")
        if self.repetition_penalty <= 0:
            raise ValueError("repetition_penalty is above 0")
        check_ranking(self.beam_size, self.patience, self.length_penalty)


def check_ranking(beam_size: int | None, patience: float | None, length_penalty: float | None) -> None:
    """Raise ValueError if options of beam search and ranking contradict each other or are out of range."""
    if patience is not None and beam_size is None:
        raise ValueError("patience needs beam_size")
    if length_penalty is not None and not 0 <= length_penalty <= 1:
        raise ValueError("length_penalty lies between 0 and 1")


@dataclass(frozen=True, eq=False, slots=True)
class DecodingResult:
    """The text of one window, and how sure the model is of it. Log probabilities are natural ones."""

    text: str
    tokens: tuple[int, ...]  # text and timestamps
    language: str  # code
    avg_logprob: float  # mean log probability per token, the end of text counted
    no_speech_prob: float  # probability of <|nospeech|> right after the start of transcript
    temperature: float
    compression_ratio: float  # see `repetition`
    hypotheses: tuple[TokenHypothesis, ...]  # all that were finished, best first
    language_probs: dict[str, float] = field(default_factory=dict)  # code → probability; empty if not detected


@torch.inference_mode()
def decode(
    model: Whisper,
    tokenizer: Tokenizer,
    audio_features: Tensor,
    options: DecodingOptions,
    extra_filters: Sequence[LogitFilter] = (),
) -> DecodingResult:
    """Audio features (1, positions, state) of one window → the best hypothesis under the options.

    `extra_filters` run after those that the options ask for: a grammar may be one. Raises ValueError for a language or
    a task that the model does not know.
    """
    before = model.start(audio_features)
    # 1. The language, if nobody names it: the likeliest of the language tokens.
    probs = {} if options.language else language_probs(model, tokenizer, before)
    language = options.language or next(iter(probs))
    # 2. Read what stands before the text, in one pass: tokens (1, n) → hidden states (1, n, state). Logits (2, n_vocab)
    #    are needed at two places: behind the start of transcript, where <|nospeech|> tells whether anybody speaks at
    #    all, and behind the last initial token, where the text begins.
    initial = _initial_tokens(tokenizer, options, language, model.dims.n_text_ctx)
    hidden, cache = model.decode(torch.tensor([initial], device=model.device), before)
    after_start, after_initial = model.logits(hidden[0, [initial.index(tokenizer.sot), -1]])
    # 3. Write, token by token, at most as many as the decoder has positions for.
    limit = _limit(options, model, len(initial))
    filters = [*_filters(model, tokenizer, options), *extra_filters]
    found = search(model, (after_initial[None], cache), filters, _chooser(tokenizer, options), limit)
    # 4. The best hypothesis is the text.
    result = _result(tokenizer, options, language, found, after_start)
    return replace(result, language_probs=probs)


@torch.inference_mode()
def decode_batch(
    model: Whisper, tokenizer: Tokenizer, audio_features: Tensor, options: DecodingOptions
) -> list[DecodingResult]:
    """Audio features (audios, positions, state) of several windows → the best hypothesis of each, as `decode` finds it.

    Their language must be named, and the temperature be 0. Raises ValueError as `decode` does.
    """
    assert options.language, "the language of a batch is known"
    assert options.temperature == 0, "what is drawn at random is drawn window by window"
    # 1. Before the text stands the same for all: tokens (audios, n) → hidden states (audios, n, state).
    initial = _initial_tokens(tokenizer, options, options.language, model.dims.n_text_ctx)
    tokens = torch.tensor([initial] * len(audio_features), device=model.device)
    hidden, cache = model.decode(tokens, model.start(audio_features))
    after_start = model.logits(hidden[:, initial.index(tokenizer.sot)])  # (audios, n_vocab)
    # 2. Write all texts side by side: each step reads the weights once, for all of them.
    start = (model.logits(hidden[:, -1]), cache)
    limit = _limit(options, model, len(initial))
    every = search_batch(model, start, _filters(model, tokenizer, options), _chooser(tokenizer, options), limit)
    return [
        _result(tokenizer, options, options.language, found, logits)
        for found, logits in zip(every, after_start, strict=True)
    ]


def _result(
    tokenizer: Tokenizer,
    options: DecodingOptions,
    language: str,
    found: Sequence[TokenHypothesis],
    after_start: Tensor,
) -> DecodingResult:
    """Rank what the search has found; `after_start` are the logits (n_vocab,) behind the start of transcript."""
    hypotheses = ranked(found, options.length_penalty)
    # Only filters of the caller's could forbid everything.
    assert hypotheses, "the filters leave nothing to write, not even the end of the text"
    text = tokenizer.decode(hypotheses[0].tokens).strip()
    return DecodingResult(
        text=text,
        tokens=hypotheses[0].tokens,
        language=language,
        avg_logprob=hypotheses[0].avg_logprob,
        no_speech_prob=float(after_start.softmax(0)[tokenizer.no_speech]),
        temperature=options.temperature,
        compression_ratio=compression_ratio(text),
        hypotheses=tuple(hypotheses),
    )


def detect_language(model: Whisper, tokenizer: Tokenizer, audio_features: Tensor) -> dict[str, float]:
    """Audio features (1, positions, state) → {code: probability}, likeliest first; {"en": 1.0} if English-only."""
    return language_probs(model, tokenizer, model.start(audio_features))


def language_probs(model: Whisper, tokenizer: Tokenizer, before: Cache) -> dict[str, float]:
    """Cache of one audio in which there are no tokens yet → {code: probability}, as `detect_language` gives them."""
    if not tokenizer.is_multilingual:
        return {"en": 1.0}
    # Whisper was trained to write the language right behind the start of transcript (Radford et al. 2022, section 2.3).
    # Of what may follow there, only language tokens count: (n_vocab,) → (n_languages,) → softmax.
    hidden, _ = model.decode(torch.tensor([[tokenizer.sot]], device=model.device), before)
    languages = tokenizer.languages
    probs = model.logits(hidden[:, -1])[0, list(languages.values())].softmax(0).tolist()
    return dict(sorted(zip(languages, probs, strict=True), key=lambda pair: pair[1], reverse=True))


# -- what the options mean ---------------------------------------------------------------------------


def _initial_tokens(tokenizer: Tokenizer, options: DecodingOptions, language: str, n_ctx: int) -> list[int]:
    """Token ids of [start of prompt, prompt,] start of transcript[, language, task][, no timestamps][, prefix]."""
    # The decoder has 448 positions. Half of them are for the text, so of a long prompt only the last 223 tokens are
    # read, and of a long prefix what leaves room for `sample_len` more.
    prompt = _last(_tokens(tokenizer, options.prompt), n_ctx // 2 - 1)
    prefix = prefix_tokens(tokenizer, options, n_ctx)
    start = tokenizer.start_sequence(language, options.task, timestamps=not options.without_timestamps)
    return [*([tokenizer.sot_prev, *prompt] if prompt else []), *start, *prefix]


def prefix_tokens(tokenizer: Tokenizer, options: DecodingOptions, n_ctx: int) -> tuple[int, ...]:
    """Return the token ids of the prefix, behind <|0.00|> if there are timestamps; `n_ctx` is the decoder's context."""
    prefix = _last(_tokens(tokenizer, options.prefix), max(0, n_ctx // 2 - (options.sample_len or 0)))
    # Without it, a timestamp would have to come behind these words (openai/whisper's `ApplyTimestampRules`).
    is_timed = prefix and not options.without_timestamps
    return (tokenizer.timestamp_begin, *prefix) if is_timed else tuple(prefix)


def _tokens(tokenizer: Tokenizer, text: str | tuple[int, ...]) -> list[int]:
    return tokenizer.encode_phrase(text) if isinstance(text, str) else list(text)


def _last(tokens: list[int], n: int) -> list[int]:
    # tokens[-n:] would be all of them for n = 0.
    return tokens[max(0, len(tokens) - n) :]


def _limit(options: DecodingOptions, model: Whisper, n_initial: int) -> int:
    """Most tokens to write: as asked for, and no more than the decoder has positions behind the initial ones."""
    n_ctx = model.dims.n_text_ctx
    return min(options.sample_len or n_ctx // 2, n_ctx - n_initial + 1)


def _filters(model: Whisper, tokenizer: Tokenizer, options: DecodingOptions) -> list[LogitFilter]:
    """The filters that the options ask for, in the order in which they run."""
    # Each sets logits (rows, n_vocab) to -inf; the order does not matter but to the last, which looks at the rest.
    filters: list[LogitFilter] = []
    if options.repetition_penalty != 1:
        filters.append(RepetitionPenalty(tokenizer, options.repetition_penalty))
    if options.suppress_blank:
        filters.append(SuppressBlank(tokenizer))
    filters.append(SuppressTokens(_suppressed(tokenizer, options.suppress_tokens)))
    if not options.without_timestamps:
        # 30 s / 1500 positions = 20 ms from one timestamp token to the next.
        precision = WINDOW_SECONDS / model.dims.n_audio_ctx
        latest = None if options.max_initial_timestamp is None else round(options.max_initial_timestamp / precision)
        given = prefix_tokens(tokenizer, options, model.dims.n_text_ctx)
        filters.append(TimestampRules(tokenizer, latest, given))
    return filters


def _suppressed(tokenizer: Tokenizer, wanted: tuple[int, ...]) -> list[int]:
    """Token ids that are `wanted` suppressed, NON_SPEECH spelled out, and special tokens that no text contains."""
    non_speech = tokenizer.non_speech_tokens if NON_SPEECH in wanted else ()
    t = tokenizer
    special = [t.transcribe, t.translate, t.sot, t.sot_prev, t.sot_lm, t.no_speech]
    return [*(token for token in wanted if token != NON_SPEECH), *non_speech, *special, *t.unwritten]


def _chooser(tokenizer: Tokenizer, options: DecodingOptions) -> Chooser:
    """Beam search if a beam size is given, else greedy search or, above temperature 0, independent samples."""
    if options.beam_size is not None:
        return BeamSearch(tokenizer.eot, options.beam_size, options.patience or 1.0)
    return Sampling(tokenizer.eot, options.temperature, options.best_of or 1)
