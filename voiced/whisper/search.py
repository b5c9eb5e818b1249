"""Autoregressive search: filter the logits, choose tokens, read them, until enough hypotheses have ended.

How tokens are chosen is a `Chooser` (openai/whisper's `TokenDecoder`): the likeliest, at random, or by beam search.
A row that has ended leaves the batch. Knows the network's decoder, filters and the end-of-text token; nothing of text,
prompts or options.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, NamedTuple, Protocol

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from voiced.whisper.filters import LogitFilter
    from voiced.whisper.model import Cache, Whisper


# One step of beam search with 2 beams, over the letters of a tiny vocabulary. Numbers are sums of log probabilities:
#
#     live          candidates                            choice
#     a  -1.0       a+b -1.2   a+c -1.9   a+end -2.5      live   a b (row 0), d c (row 1)
#     d  -1.1       d+c -1.4   d+b -3.0   d+end -4.0      rows   [0, 1]: how the cache is reordered
#
# Candidates are taken from the best on; had an "end" been among them, its hypothesis would have ended, and the next
# candidate would have taken its place among the live ones.


@dataclass(frozen=True, slots=True)
class TokenHypothesis:
    """The tokens that one row has written, and their log probability."""

    tokens: tuple[int, ...] = ()  # after the initial ones, without the end of text
    sum_logprob: float = 0.0  # natural log probability of the tokens and, if it has ended, of the end of text

    @property
    def avg_logprob(self) -> float:
        """Mean log probability per token, the end of text counted."""
        return self.sum_logprob / (len(self.tokens) + 1)

    def extended(self, token: int, logprob: float) -> TokenHypothesis:
        """Return a hypothesis with one token more, of this log probability."""
        return TokenHypothesis((*self.tokens, token), self.sum_logprob + logprob)

    def ended(self, logprob: float) -> TokenHypothesis:
        """Return a finished hypothesis; `logprob` is that of the end of text."""
        return TokenHypothesis(self.tokens, self.sum_logprob + logprob)


class RowChoice(NamedTuple):
    """What becomes of the rows in one step."""

    live: list[TokenHypothesis]  # to be continued, one token longer than before
    rows: list[int]  # for each of `live`, the row that it continues: how the cache is to be reordered
    ended: list[TokenHypothesis]  # likeliest first


class Chooser(Protocol):
    """A search strategy: which tokens continue which hypotheses, and when there are enough."""

    @property
    def n_start(self) -> int:
        """Rows that the search begins with."""

    @property
    def n_wanted(self) -> int:
        """Number of hypotheses that must end for the search to be over."""

    def __call__(self, live: Sequence[TokenHypothesis], logprobs: Tensor) -> RowChoice:
        """Continue the live hypotheses by log probabilities (rows, n_vocab), which are -inf where a filter forbids."""

    def finish(self, live: Sequence[TokenHypothesis], ended: Sequence[TokenHypothesis]) -> list[TokenHypothesis]:
        """Return the search's result; `live` are hypotheses that the length limit has stopped."""


@dataclass(frozen=True)
class Sampling:
    """Each row for itself: greedy search at temperature 0, else random samples (openai's `GreedyDecoder`)."""

    eot: int
    temperature: float = 0.0
    n_start: int = 1

    @property
    def n_wanted(self) -> int:
        """All rows."""
        return self.n_start

    def __call__(self, live: Sequence[TokenHypothesis], logprobs: Tensor) -> RowChoice:
        # One token for each row, (rows, 1). Dividing by a temperature below 1 sharpens the distribution.
        if self.temperature == 0:
            tokens = logprobs.argmax(dim=1, keepdim=True)
        else:
            tokens = torch.multinomial((logprobs / self.temperature).softmax(dim=1), num_samples=1)
        # Whatever the temperature, a hypothesis is scored by what the model thinks of it: logprobs as they are.
        chosen = zip(live, tokens[:, 0].tolist(), logprobs.gather(1, tokens)[:, 0].tolist(), strict=True)
        choice = RowChoice([], [], [])
        for row, (hypothesis, token, logprob) in enumerate(chosen):
            # A row that has ended is not read on: it leaves the batch.
            if token == self.eot:
                choice.ended.append(hypothesis.ended(logprob))
            else:
                choice.live.append(hypothesis.extended(token, logprob))
                choice.rows.append(row)
        return choice

    def finish(self, live: Sequence[TokenHypothesis], ended: Sequence[TokenHypothesis]) -> list[TokenHypothesis]:
        """Return all hypotheses, ended or not."""
        return [*ended, *live]


@dataclass(frozen=True)
class BeamSearch:
    """Beam search: keep the `beam_size` likeliest continuations of all rows together (openai's `BeamSearchDecoder`).

    It is over when beam_size * patience hypotheses have ended (Kasai et al. 2022, arXiv:2204.05424).
    """

    eot: int
    beam_size: int
    patience: float = 1.0
    n_start: int = 1  # equal rows would find the same continuations

    @property
    def n_wanted(self) -> int:
        """beam_size * patience, rounded, at least 1."""
        return max(1, round(self.beam_size * self.patience))

    def __call__(self, live: Sequence[TokenHypothesis], logprobs: Tensor) -> RowChoice:
        # Each row offers its likeliest tokens, (rows, beam_size + 1): one of them may be the end of text.
        best = logprobs.topk(min(self.beam_size + 1, logprobs.shape[1]), dim=1)
        # All rows compete: a continuation is as likely as its hypothesis times its token.
        candidates = [
            (hypothesis.sum_logprob + logprob, logprob, row, token)
            for row, hypothesis in enumerate(live)
            for logprob, token in zip(best.values[row].tolist(), best.indices[row].tolist(), strict=True)
            if logprob > -inf
        ]
        # Take the best until beam_size go on; ends found on the way are finished hypotheses.
        choice = RowChoice([], [], [])
        for _, logprob, row, token in sorted(candidates, key=lambda candidate: candidate[0], reverse=True):
            if token == self.eot:
                choice.ended.append(live[row].ended(logprob))
            else:
                choice.live.append(live[row].extended(token, logprob))
                choice.rows.append(row)
            if len(choice.live) == self.beam_size:
                break
        return choice

    def finish(self, live: Sequence[TokenHypothesis], ended: Sequence[TokenHypothesis]) -> list[TokenHypothesis]:
        """Return the ended hypotheses, filled up to beam_size with the likeliest unfinished ones."""
        # The length limit may have stopped the search before enough had ended.
        missing = max(0, self.beam_size - len(ended))
        return [*ended[: self.n_wanted], *live[:missing]]  # live ones are sorted


@torch.inference_mode()  # filters change in place what the network returns, which only this mode may
def search(
    model: Whisper, start: tuple[Tensor, Cache], filters: Sequence[LogitFilter], chooser: Chooser, limit: int
) -> list[TokenHypothesis]:
    """Write hypotheses of at most `limit` tokens; the list is empty only if the filters leave nothing to write.

    `start`: the logits (1, n_vocab) of the first token, and the cache of what stands before it. This is the main loop
    of openai/whisper's `DecodingTask`.
    """
    # Rows of one audio begin alike.
    rows = [0] * chooser.n_start
    logits, cache = start[0][rows], start[1][rows]
    live, ended = [TokenHypothesis()] * chooser.n_start, []
    while True:
        # What must not be written: logits (rows, n_vocab) become -inf there, in place.
        prefixes = [hypothesis.tokens for hypothesis in live]
        for mask in filters:
            mask(prefixes, logits)
        # Which rows go on with which token, and which have ended? Log probabilities are renormalised over the rest.
        live, rows, newly_ended = chooser(live, logits.log_softmax(dim=1))
        ended += newly_ended
        if not live or len(ended) >= chooser.n_wanted or len(live[0].tokens) >= limit:
            return chooser.finish(live, ended)
        # Reorder the cache to the rows that go on, and read the chosen tokens (rows, 1) → next logits (rows, n_vocab).
        tokens = torch.tensor([[hypothesis.tokens[-1]] for hypothesis in live], device=logits.device)
        hidden, cache = model.decode(tokens, cache[rows])
        logits = model.logits(hidden[:, -1])


def ranked(hypotheses: Sequence[TokenHypothesis], length_penalty: float | None = None) -> list[TokenHypothesis]:
    """Sort hypotheses, best first: by log probability per token, or with Google NMT's length penalty.

    The latter divides by ((5 + tokens) / 6) ** length_penalty (Wu et al. 2016, equation 14).
    """

    def score(hypothesis: TokenHypothesis) -> float:
        length = len(hypothesis.tokens)
        penalty = max(1, length) if length_penalty is None else ((5 + length) / 6) ** length_penalty
        return hypothesis.sum_logprob / penalty

    return sorted(hypotheses, key=score, reverse=True)
