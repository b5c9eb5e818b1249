"""A tree of tokens in one row of the cache: texts that begin alike are read by the decoder together.

Tree attention, as in speculative decoding (SpecInfer, Miao et al. 2023): each token attends only to those before it in
its own text, so a token is read once however many texts share it. A hypothesis is the name of its last node: going on
with some of them copies nothing. What has been read or scored is remembered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import torch

from voiced.whisper.model import Branches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from torch import Tensor

    from voiced.whisper.model import Cache, Whisper

# A token's place in the cache. Nodes are numbered as they are read, so a node comes after its parent:
#
#     tokens     turn  on  the  off  light        texts: "turn on the", "turn off", "turn on light"
#     node          0   1    2    3      4
#     parent        -   0    1    0      1
#     visible to 4: yes yes                yes    its own text: 0, 1, 4; its depth is 2
Node: TypeAlias = int


def _at_once() -> None:
    """Wait for nothing before a step."""


class TextTree:
    """The texts read for one audio, and the log probabilities of what comes next behind each node."""

    def __init__(
        self,
        model: Whisper,
        start: Cache,
        initial: Sequence[int],
        last: int = 1,
        before_reading: Callable[[], None] = _at_once,
    ) -> None:
        """Read the `initial` tokens, which stand before every text; the `last` of them can be scored.

        `start`: the cache of one audio before the first token. `before_reading` is called before each step of the
        decoder; what it raises ends the work.
        """
        self.model = model
        self._before_reading = before_reading
        self.root: Node = len(initial) - 1
        self.first: Node = len(initial) - last  # the first node whose hidden state is kept
        tokens = torch.tensor([initial], device=model.device)
        self.start = start
        hidden, cache = model.decode(tokens, start, last=last)
        # Every reading goes on from the one before it, so the cache may grow in place.
        self._cache = cache.growing()
        # Node → hidden state (state,).
        self._hidden = dict(zip(range(len(initial) - last, len(initial)), hidden[0], strict=True))  # each (state,)
        self._read: dict[tuple[Node, int], Node] = {}
        # Node → (node + 1,) bool: which nodes before it are of its own text.
        self._visible = {self.root: np.ones(len(initial), bool)}
        self._logprobs: dict[Node, Tensor] = {}

    def knows(self, after: Node, token: int) -> Node | None:
        """The node of `token` behind the node `after`, or None if it has not been read there."""
        return self._read.get((after, token))

    def read(self, tokens: Sequence[int], after: Sequence[Node]) -> list[Node]:
        """Read tokens (n,), each behind its own node of `after`, in one pass of the decoder → n new nodes."""
        self._before_reading()
        first, n = self._cache.n_tokens, len(tokens)
        # A token attends to what its parent attends to, and to itself: (n, nodes so far + n).
        visible = np.zeros((n, first + n), bool)
        for row, parent in enumerate(after):
            # A parent may be a token of this very pass: its row has been filled before.
            seen = self._visible[parent]
            visible[row, : len(seen)] = seen
            visible[row, first + row] = True
            self._visible[first + row] = visible[row, : first + row + 1]
            self._read[parent, tokens[row]] = first + row
        # A token's position is its depth in its own text, not its place in the cache.
        device = self.model.device
        branches = Branches(torch.from_numpy(visible.sum(axis=1) - 1).to(device), torch.from_numpy(visible).to(device))
        hidden, self._cache = self.model.decode(torch.tensor([tokens], device=device), self._cache, branches)
        # Hidden states (1, n, state): remembered by node, to be scored when somebody asks.
        nodes = list(range(first, first + n))
        self._hidden.update(zip(nodes, hidden[0], strict=True))
        return nodes

    def read_on(self, tokens: Sequence[int], after: Node) -> list[Node]:
        """Read tokens (n,) as one text behind the node `after`, in one pass of the decoder → n new nodes."""
        first = self._cache.n_tokens
        return self.read(tokens, [after, *range(first, first + len(tokens) - 1)])

    def hidden(self, nodes: Sequence[Node]) -> Tensor:
        """Hidden states (nodes, state) of nodes that have been read."""
        return torch.stack([self._hidden[node] for node in nodes])

    def score(self, nodes: Iterable[Node]) -> None:
        """Compute and remember what comes next behind each node; one projection to the vocabulary for all new ones."""
        # (new, state) → (new, n_vocab), each row a distribution.
        new = [node for node in dict.fromkeys(nodes) if node not in self._logprobs]
        if new:
            self._logprobs.update(zip(new, self.model.logits(self.hidden(new)).log_softmax(dim=1), strict=True))

    def logprobs(self, node: Node) -> Tensor:
        """Log probabilities (n_vocab,) of the token behind this node; computed at the first call."""
        self.score([node])
        return self._logprobs[node]
