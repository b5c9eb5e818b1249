"""Search for the texts of several windows side by side: each step of the decoder serves all of them.

One window alone leaves the processor waiting for memory: each token reads all weights of the decoder once. With eight
windows these are read once for eight tokens. Every window has its own hypotheses and ends by itself, by the rules of
`search`. Knows what `search` knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

import torch

from voiced.whisper.search import TokenHypothesis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from voiced.whisper.filters import LogitFilter
    from voiced.whisper.model import Cache, Whisper
    from voiced.whisper.search import Chooser

# Windows that have ended leave the batch once this share of it has: leaving copies the keys and values of the others.
LEAVING_SHARE = 0.25


# Two windows with two beams each are four rows. Here the first window has just ended. Its rows would still be computed,
# without a use, until enough windows have ended:
#
#     row    window  text       goes on as         row, if the window has left
#     0, 1   a       "On."      -                  -
#     2      b       "Turn"     "Turn the"         1
#     3      b       "Turning"  "Turning on"       0, being likelier


@dataclass
class _Window:
    """The hypotheses of one window while its batch is searched."""

    number: int  # its place in the batch
    live: list[TokenHypothesis]
    rows: list[int]  # the row that each of `live` continues
    ended: list[TokenHypothesis] = field(default_factory=list)
    result: list[TokenHypothesis] | None = None  # None: it is still being searched

    def choose(self, chooser: Chooser, logprobs: Tensor, limit: int) -> None:
        """Go one token further by the log probabilities of its rows (rows, n_vocab); at the end set the result."""
        # The chooser counts rows of this window, the cache those of all.
        first = self.rows[0]
        choice = chooser(self.live, logprobs)
        self.live, self.rows = choice.live, [first + row for row in choice.rows]
        self.ended += choice.ended
        # The same three ends as in `search`.
        if not self.live or len(self.ended) >= chooser.n_wanted or len(self.live[0].tokens) >= limit:
            self.result = chooser.finish(self.live, self.ended)

    def fill(self, width: int, first: int, n_tokens: int) -> None:
        """Bring it to `width` rows: all windows have equally many; `first` is its first row in the step before."""
        # What fills up is so unlikely that it is never chosen. A window that is over has nothing else.
        if self.result is not None:
            self.live, self.rows = [], []
        like = self.live[0].tokens if self.live else (0,) * n_tokens
        missing = width - len(self.live)
        self.live += [TokenHypothesis(like, -inf)] * missing
        self.rows += [self.rows[0] if self.rows else first] * missing


@torch.inference_mode()  # as in `search`, filters change in place what the network returns
def search_batch(
    model: Whisper, start: tuple[Tensor, Cache], filters: Sequence[LogitFilter], chooser: Chooser, limit: int
) -> list[list[TokenHypothesis]]:
    """Write hypotheses of at most `limit` tokens for each window, as `search` does for one.

    `start`: logits (windows, n_vocab) of the first tokens, and the cache of what stands before them, with a row for
    each window. The chooser begins with one row a window, as beam search and greedy search do.
    """
    assert chooser.n_start == 1, "every window begins as one row"
    logits, cache = start
    windows = every = [_Window(number, [TokenHypothesis()], [number]) for number in range(len(logits))]
    while True:
        # Filters see the rows of all windows at once: (rows, n_vocab).
        prefixes = [hypothesis.tokens for window in windows for hypothesis in window.live]
        for mask in filters:
            mask(prefixes, logits)
        _go_on(windows, logits.log_softmax(dim=1), chooser, limit)
        if all(window.result is not None for window in windows):
            return [window.result or [] for window in every]
        # Reorder the cache to the rows that go on, without windows that have left, and read the chosen tokens.
        windows, cache = _without_ended(windows, cache)
        tokens = [[hypothesis.tokens[-1]] for window in windows for hypothesis in window.live]
        hidden, cache = model.decode(torch.tensor(tokens, device=logits.device), cache)
        logits = model.logits(hidden[:, -1])


def _go_on(windows: Sequence[_Window], logprobs: Tensor, chooser: Chooser, limit: int) -> None:
    """Choose tokens for every window by its rows of log probabilities (rows, n_vocab)."""
    before = len(windows[0].live)  # rows of each window
    for i, window in enumerate(windows):
        # In the step before, its rows were these, one behind the other.
        window.rows = list(range(i * before, (i + 1) * before))
        if window.result is None:
            window.choose(chooser, logprobs[i * before : (i + 1) * before], limit)
    # Beam search has one row a window at first, then as many as it has beams, or fewer where little may be written.
    going = [window for window in windows if window.result is None]
    width = max((len(window.live) for window in going), default=1)
    n_tokens = len(going[0].live[0].tokens) if going else 1
    for i, window in enumerate(windows):
        window.fill(width, i * before, n_tokens)


def _without_ended(windows: list[_Window], cache: Cache) -> tuple[list[_Window], Cache]:
    """Return the windows that are read on, and the cache of their rows."""
    going = [i for i, window in enumerate(windows) if window.result is None]
    if len(windows) - len(going) < LEAVING_SHARE * len(windows):
        return windows, cache[[row for window in windows for row in window.rows]]
    kept = [windows[i] for i in going]
    return kept, cache.of(going)[[row for window in kept for row in window.rows]]
