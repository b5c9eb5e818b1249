"""Texts that begin alike, read by the decoder together: a tree of tokens, side by side in one row of the cache.

Each token sees the tokens before it in its own text only, and so is read once, however many texts share it; which of
them go on is a matter of naming their last nodes, and nothing is copied. What has been read or scored is remembered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import torch

from voiced.whisper.model import Branches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from torch import Tensor

    from voiced.whisper.model import Cache, Whisper

Node: TypeAlias = int  # a token's place in the cache


class TextTree:
    """What has been read of one audio, and what the decoder thinks comes next."""

    def __init__(self, model: Whisper, start: Cache, initial: Sequence[int], last: int = 1) -> None:
        """Read what stands before every text: `initial` tokens, the `last` of them are nodes.

        `start`: what the decoder knows of one audio before the first token.
        """
        self.model = model
        self.root: Node = len(initial) - 1
        self.first: Node = len(initial) - last  # the first that is one
        tokens = torch.tensor([initial], device=model.device)
        self.start = start
        hidden, cache = model.decode(tokens, start, last=last)
        self._cache = cache.growing()
        self._hidden = dict(zip(range(len(initial) - last, len(initial)), hidden[0], strict=True))  # each (state,)
        self._read: dict[tuple[Node, int], Node] = {}
        self._visible = {self.root: np.ones(len(initial), bool)}  # of each node: which nodes are of its text
        self._logprobs: dict[Node, Tensor] = {}

    def knows(self, after: Node, token: int) -> Node | None:
        """The node of a token that has been read there."""
        return self._read.get((after, token))

    def read(self, tokens: Sequence[int], after: Sequence[Node]) -> list[Node]:
        """One new node for each token, each after a node, all in one pass."""
        first, n = self._cache.n_tokens, len(tokens)
        visible = np.zeros((n, first + n), bool)
        for row, parent in enumerate(after):
            seen = self._visible[parent]
            visible[row, : len(seen)] = seen
            visible[row, first + row] = True
            self._visible[first + row] = visible[row, : first + row + 1]
            self._read[parent, tokens[row]] = first + row
        device = self.model.device
        branches = Branches(torch.from_numpy(visible.sum(axis=1) - 1).to(device), torch.from_numpy(visible).to(device))
        hidden, self._cache = self.model.decode(torch.tensor([tokens], device=device), self._cache, branches)
        nodes = list(range(first, first + n))
        self._hidden.update(zip(nodes, hidden[0], strict=True))
        return nodes

    def read_on(self, tokens: Sequence[int], after: Node) -> list[Node]:
        """One new node for each token, each after the one before it, all in one pass."""
        first = self._cache.n_tokens
        return self.read(tokens, [after, *range(first, first + len(tokens) - 1)])

    def hidden(self, nodes: Sequence[Node]) -> Tensor:
        """Hidden states (nodes, state)."""
        return torch.stack([self._hidden[node] for node in nodes])

    def score(self, nodes: Iterable[Node]) -> None:
        """Find out what comes next at all of them, in one pass."""
        new = [node for node in dict.fromkeys(nodes) if node not in self._logprobs]
        if new:
            self._logprobs.update(zip(new, self.model.logits(self.hidden(new)).log_softmax(dim=1), strict=True))

    def logprobs(self, node: Node) -> Tensor:
        """Log probabilities (n_vocab,) of what comes next."""
        self.score([node])
        return self._logprobs[node]
