"""Writing tokens one after the other: filter the logits, choose, read what was chosen, until enough has ended.

Knows the network's decoder, filters and the end-of-text token; nothing of text, prompts or options. How tokens are
chosen is a `Chooser`: the likeliest, at random, or by beam search. A row that has ended leaves the batch.
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


@dataclass(frozen=True, slots=True)
class TokenHypothesis:
    """What one row has written."""

    tokens: tuple[int, ...] = ()  # after the initial ones, without the end of text
    sum_logprob: float = 0.0  # natural log probability of the tokens and, if it has ended, of the end of text

    @property
    def avg_logprob(self) -> float:
        """Per token, the end of text counted."""
        return self.sum_logprob / (len(self.tokens) + 1)

    def extended(self, token: int, logprob: float) -> TokenHypothesis:
        return TokenHypothesis((*self.tokens, token), self.sum_logprob + logprob)

    def ended(self, logprob: float) -> TokenHypothesis:
        return TokenHypothesis(self.tokens, self.sum_logprob + logprob)


class RowChoice(NamedTuple):
    """What becomes of the rows after one step."""

    live: list[TokenHypothesis]  # to be continued
    rows: list[int]  # the row that each of them continues
    ended: list[TokenHypothesis]  # likeliest first


class Chooser(Protocol):
    @property
    def n_start(self) -> int:
        """Rows to begin with."""

    @property
    def n_wanted(self) -> int:
        """The search is over when so many have ended."""

    def __call__(self, live: Sequence[TokenHypothesis], logprobs: Tensor) -> RowChoice:
        """Continue each hypothesis by what may follow: logprobs (rows, n_vocab), -inf for what may not."""

    def finish(self, live: Sequence[TokenHypothesis], ended: Sequence[TokenHypothesis]) -> list[TokenHypothesis]:
        """The result of the search: `live` are those that the length limit has stopped."""


@dataclass(frozen=True)
class Sampling:
    """Each row for itself: the likeliest token at temperature 0, else one at random."""

    eot: int
    temperature: float = 0.0
    n_start: int = 1

    @property
    def n_wanted(self) -> int:
        return self.n_start

    def __call__(self, live: Sequence[TokenHypothesis], logprobs: Tensor) -> RowChoice:
        if self.temperature == 0:
            tokens = logprobs.argmax(dim=1, keepdim=True)
        else:
            tokens = torch.multinomial((logprobs / self.temperature).softmax(dim=1), num_samples=1)
        chosen = zip(live, tokens[:, 0].tolist(), logprobs.gather(1, tokens)[:, 0].tolist(), strict=True)
        choice = RowChoice([], [], [])
        for row, (hypothesis, token, logprob) in enumerate(chosen):
            if token == self.eot:
                choice.ended.append(hypothesis.ended(logprob))
            else:
                choice.live.append(hypothesis.extended(token, logprob))
                choice.rows.append(row)
        return choice

    def finish(self, live: Sequence[TokenHypothesis], ended: Sequence[TokenHypothesis]) -> list[TokenHypothesis]:
        return [*ended, *live]


@dataclass(frozen=True)
class BeamSearch:
    """The `beam_size` likeliest continuations of all rows together; ends when beam_size * patience have ended."""

    eot: int
    beam_size: int
    patience: float = 1.0
    n_start: int = 1  # equal rows would find the same continuations

    @property
    def n_wanted(self) -> int:
        return max(1, round(self.beam_size * self.patience))

    def __call__(self, live: Sequence[TokenHypothesis], logprobs: Tensor) -> RowChoice:
        # One more than beam_size: one of them may be the end of the text.
        best = logprobs.topk(min(self.beam_size + 1, logprobs.shape[1]), dim=1)
        candidates = [
            (hypothesis.sum_logprob + logprob, logprob, row, token)
            for row, hypothesis in enumerate(live)
            for logprob, token in zip(best.values[row].tolist(), best.indices[row].tolist(), strict=True)
            if logprob > -inf
        ]
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
        """Unfinished ones fill up what is missing to beam_size."""
        missing = max(0, self.beam_size - len(ended))
        return [*ended[: self.n_wanted], *live[:missing]]  # live ones are sorted


@torch.inference_mode()  # filters change in place what the network returns, which only this mode may
def search(
    model: Whisper, start: tuple[Tensor, Cache], filters: Sequence[LogitFilter], chooser: Chooser, limit: int
) -> list[TokenHypothesis]:
    """Hypotheses of at most `limit` tokens; none only if the filters leave none.

    `start`: the logits (1, n_vocab) of the first token, and the cache of what stands before it.
    """
    rows = [0] * chooser.n_start
    logits, cache = start[0][rows], start[1][rows]
    live, ended = [TokenHypothesis()] * chooser.n_start, []
    while True:
        prefixes = [hypothesis.tokens for hypothesis in live]
        for mask in filters:
            mask(prefixes, logits)
        # Which rows go on with which token, and which have ended?
        live, rows, newly_ended = chooser(live, logits.log_softmax(dim=1))
        ended += newly_ended
        if not live or len(ended) >= chooser.n_wanted or len(live[0].tokens) >= limit:
            return chooser.finish(live, ended)
        # Read the chosen tokens.
        tokens = torch.tensor([[hypothesis.tokens[-1]] for hypothesis in live], device=logits.device)
        hidden, cache = model.decode(tokens, cache[rows])
        logits = model.logits(hidden[:, -1])


def ranked(hypotheses: Sequence[TokenHypothesis], length_penalty: float | None = None) -> list[TokenHypothesis]:
    """Best first: by log probability per token, or divided by ((5 + tokens) / 6) ** length_penalty."""

    def score(hypothesis: TokenHypothesis) -> float:
        length = len(hypothesis.tokens)
        penalty = max(1, length) if length_penalty is None else ((5 + length) / 6) ** length_penalty
        return hypothesis.sum_logprob / penalty

    return sorted(hypotheses, key=score, reverse=True)
