"""From audio features to text: read the initial tokens, then filter, choose, read again, until every row has ended.

Four seams: what may be written (`filters`), how the next token is chosen (`Greedy`, `Sampling`, `BeamSearch`), how
finished hypotheses are ranked (`rank`), and the network. Knows nothing of windows longer than the features it is given.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from voiced.whisper.filters import LogitFilter
    from voiced.whisper.model import Whisper
    from voiced.whisper.tokenizer import Task, Tokenizer

NON_SPEECH = -1  # in `suppress_tokens`: the tokens of speaker tags and sound descriptions


@dataclass(frozen=True, slots=True)
class DecodingOptions:
    """How to decode one window. The defaults are greedy search and a transcript with timestamps."""

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
    prefix: str | tuple[int, ...] = ()  # how the text begins

    # what must not be written
    suppress_tokens: tuple[int, ...] = (NON_SPEECH,)
    suppress_blank: bool = True  # the text does not begin with a space alone or its end

    # timestamps
    without_timestamps: bool = False  # text only
    max_initial_timestamp: float | None = 1.0  # seconds; the first segment begins no later

    def __post_init__(self) -> None:
        if self.beam_size is not None and (self.best_of is not None or self.temperature > 0):
            raise ValueError("beam_size is for temperature 0; best_of is for temperatures above it")
        if self.temperature == 0 and self.best_of is not None:
            raise ValueError("best_of needs a temperature above 0")
        if self.patience is not None and self.beam_size is None:
            raise ValueError("patience needs beam_size")
        if self.length_penalty is not None and not 0 <= self.length_penalty <= 1:
            raise ValueError("length_penalty lies between 0 and 1")


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What one row has written."""

    tokens: tuple[int, ...] = ()  # after the initial ones, without the end of text
    sum_logprob: float = 0.0  # natural log probability of the tokens and, if it has ended, of the end of text

    @property
    def avg_logprob(self) -> float:
        """Per token, the end of text counted."""
        return self.sum_logprob / (len(self.tokens) + 1)


@dataclass(frozen=True, eq=False, slots=True)
class DecodingResult:
    """The text of one window, and what is known about it."""

    text: str
    tokens: tuple[int, ...]  # text and timestamps
    language: str  # code
    avg_logprob: float
    no_speech_prob: float  # how sure Whisper is, before writing, that nobody speaks
    temperature: float
    compression_ratio: float  # above 2.4 the text repeats itself
    hypotheses: tuple[Hypothesis, ...]  # all that were finished, best first
    language_probs: dict[str, float] = field(default_factory=dict)  # code → probability; empty if not detected


def detect_language(model: Whisper, tokenizer: Tokenizer, audio_features: Tensor) -> dict[str, float]:
    """Code → probability, likeliest first; {"en": 1.0} from English-only models. Features of one audio."""


def decode(
    model: Whisper,
    tokenizer: Tokenizer,
    audio_features: Tensor,
    options: DecodingOptions,
    extra_filters: Sequence[LogitFilter] = (),
) -> DecodingResult:
    """Write down what was said in one window: `audio_features` as `model.encode` returns them, of one audio.

    `extra_filters` run after those that the options ask for. ValueError for a language that the model does not know.
    """


def compression_ratio(text: str) -> float:
    """Size of the text relative to its compressed size."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw))
