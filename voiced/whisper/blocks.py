"""What the network is made of: attention, layers that treat each position for itself, and the blocks of both.

Modules carry OpenAI's names. Knows no windows, no caches of a whole decoder, and no way from sound to text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Callable

N_FREQUENT = 8192  # tokens that are worth scoring together; byte pair encoding numbers them by how often they occur
_SPARE_POSITIONS = 128  # positions; a command takes about a hundred
_POSITIONS_AT_ONCE = 375  # positions: a quarter of a window
_MEMORY_BOUND_ROWS = 8  # up to here the projection to the vocabulary is bound by memory, not by arithmetic


class KeyValue(NamedTuple):
    """What an attention layer remembers of the positions that it may look at."""

    key: Tensor  # (batch, heads, positions, width of a head)
    value: Tensor  # the same shape

    def extended(self, new: KeyValue) -> KeyValue:
        """With these positions added."""
        return KeyValue(torch.cat([self.key, new.key], dim=2), torch.cat([self.value, new.value], dim=2))


class GrowingKeyValue:
    """The same, which grows in place: nothing is copied, but who goes on from it has the only one."""

    def __init__(self, past: KeyValue) -> None:
        self._n = past.key.shape[2]
        self._both = _with_room(past, self._n)

    @property
    def key(self) -> Tensor:
        return self._both.key[:, :, : self._n]

    @property
    def value(self) -> Tensor:
        return self._both.value[:, :, : self._n]

    def extended(self, new: KeyValue) -> GrowingKeyValue:
        n = self._n + new.key.shape[2]
        if n > self._both.key.shape[2]:
            self._both = _with_room(KeyValue(self.key, self.value), n)
        self._both.key[:, :, self._n : n] = new.key
        self._both.value[:, :, self._n : n] = new.value
        self._n = n
        return self


Past: TypeAlias = KeyValue | GrowingKeyValue


def _with_room(past: KeyValue, n: int) -> KeyValue:
    """A copy that can hold `n` positions, and some more."""
    batch, heads, known, width = past.key.shape
    both = KeyValue(*(tensor.new_empty(batch, heads, n + _SPARE_POSITIONS, width) for tensor in past))
    both.key[:, :, :known], both.value[:, :, :known] = past
    return both


Attend: TypeAlias = "Callable[[Tensor, Past, Tensor | None], Tensor]"


def attend(query: Tensor, past: Past, mask: Tensor | None) -> Tensor:
    """The mix of values (batch, heads, n, width) that the queries (the same shape) find.

    `mask` (n, positions) is added to how strongly they look: nothing where they may, minus infinity where they may not.
    """
    return F.scaled_dot_product_attention(query, past.key, past.value, attn_mask=mask)


class Attention(nn.Module):
    """Multi-head attention. Keys and values are computed apart from attending, so that they can be kept."""

    def __init__(self, n_state: int, n_head: int) -> None:
        super().__init__()
        self.n_head = n_head
        self.query = nn.Linear(n_state, n_state)
        self.key = nn.Linear(n_state, n_state, bias=False)
        self.value = nn.Linear(n_state, n_state)
        self.out = nn.Linear(n_state, n_state)
        self.attend: Attend = attend
        self.fused: nn.Module | None = None  # query, key and value in one, where that is faster

    def self_attend(
        self, x: Tensor, past: Past | None, mask: Tensor | None = None, last: int = 0
    ) -> tuple[Tensor, Past]:
        """Let x (batch, n, state) look at `past` and itself → what it finds, and the past with x added.

        `last`: that many of its positions look, 0: all.
        """
        three = (self.query(x), self.key(x), self.value(x)) if self.fused is None else self.fused(x).chunk(3, dim=-1)
        query, key, value = (self._heads(each) for each in three)
        past = KeyValue(key, value) if past is None else past.extended(KeyValue(key, value))
        if last:
            query, mask = query[:, :, -last:], None if mask is None else mask[-last:]
        return self._mixed(self.attend(query, past, mask)), past

    def key_value(self, x: Tensor) -> KeyValue:
        return KeyValue(self._heads(self.key(x)), self._heads(self.value(x)))

    def forward(self, x: Tensor, past: Past, mask: Tensor | None = None) -> Tensor:
        """Let x (batch, n, state) look at `past`; `mask` as `attend` wants it."""
        return self._mixed(self.attend(self._heads(self.query(x)), past, mask))

    def scores(self, x: Tensor, past: KeyValue) -> Tensor:
        """How strongly x (batch, n, state) scores where, before the softmax: (batch, heads, n, positions)."""
        query = self._heads(self.query(x))
        scale = query.shape[-1] ** -0.25  # on either side, so that float16 does not overflow
        scores: Tensor = (query * scale) @ (past.key * scale).mT
        return scores

    def _mixed(self, found: Tensor) -> Tensor:
        mixed: Tensor = self.out(found.transpose(1, 2).flatten(2))
        return mixed

    def _heads(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], self.n_head, -1).transpose(1, 2)  # (batch, heads, n, width)


class EncoderBlock(nn.Module):
    def __init__(self, n_state: int, n_head: int) -> None:
        super().__init__()
        self.attn = Attention(n_state, n_head)
        self.attn_ln = nn.LayerNorm(n_state)
        self.mlp = Mlp(n_state)
        self.mlp_ln = nn.LayerNorm(n_state)

    def forward(self, x: Tensor) -> Tensor:
        found, _ = self.attn.self_attend(self.attn_ln(x), None)
        x = x + found
        result: Tensor = x + self.mlp(self.mlp_ln(x))
        return result


class DecoderBlock(nn.Module):
    def __init__(self, n_state: int, n_head: int) -> None:
        super().__init__()
        self.attn = Attention(n_state, n_head)
        self.attn_ln = nn.LayerNorm(n_state)
        self.cross_attn = Attention(n_state, n_head)
        self.cross_attn_ln = nn.LayerNorm(n_state)
        self.mlp = Mlp(n_state)
        self.mlp_ln = nn.LayerNorm(n_state)

    def forward(
        self, x: Tensor, past: Past, audio: KeyValue, mask: Tensor | None, last: int = 0
    ) -> tuple[Tensor, Past]:
        """Hidden states (rows, n, state) → the same shape, and the past with these n positions added.

        `last`: only that many of them are wanted, 0: all.
        """
        x, past = self.self_attend(x, past, mask, last)
        return self.cross_attend(audio, x), past

    def self_attend(self, x: Tensor, past: Past, mask: Tensor | None, last: int = 0) -> tuple[Tensor, Past]:
        found, past = self.attn.self_attend(self.attn_ln(x), past, mask, last)
        return x[:, -last:] + found, past

    def cross_attend(self, audio: KeyValue, x: Tensor) -> Tensor:
        # Rows of one audio look at the same keys: as so many more queries they read them once.
        queries = self.cross_attn_ln(x).view(audio.key.shape[0], -1, x.shape[2])
        x = x + self.cross_attn(queries, audio).view_as(x)
        result: Tensor = x + self.mlp(self.mlp_ln(x))
        return result


class Mlp(nn.Sequential):
    """Each position for itself. A few at a time: what lies between the layers is four times as wide as the rest."""

    def __init__(self, n_state: int) -> None:
        super().__init__(nn.Linear(n_state, 4 * n_state), nn.GELU(), nn.Linear(4 * n_state, n_state))

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[1] <= _POSITIONS_AT_ONCE:
            return self._run(x)
        return torch.cat([self._run(some) for some in torch.split(x, _POSITIONS_AT_ONCE, dim=1)], dim=1)

    def _run(self, x: Tensor) -> Tensor:
        wide, gelu, narrow = self
        result: Tensor = narrow(gelu(wide(x)))
        return result


class TokenEmbedding(nn.Embedding):
    """Tokens → vectors, and back: Whisper projects to the vocabulary by the same matrix."""

    def logits(self, hidden: Tensor) -> Tensor:
        """Hidden states (..., state) → (..., n_vocab)."""
        return _project(hidden, self.weight)

    def frequent_logits(self, hidden: Tensor) -> Tensor:
        """Hidden states (..., state) → (..., N_FREQUENT), or the whole of a smaller vocabulary."""
        return _project(hidden, self.weight[:N_FREQUENT])

    def logits_of(self, hidden: Tensor, tokens: Tensor) -> Tensor:
        """Hidden states (..., state) → scores of these tokens alone (..., k)."""
        return F.linear(hidden, self.weight[tokens])


def _project(hidden: Tensor, weight: Tensor) -> Tensor:
    """As F.linear."""
    rows = hidden.reshape(-1, hidden.shape[-1])
    if len(rows) > _MEMORY_BOUND_ROWS:
        return F.linear(hidden, weight)
    # Few rows are a matter of reading the weights once. Matrix times two columns or more does so at the speed of
    # memory, 3 ms for tiny.en on one core; matrix times vector and rows times matrix take 6 to 11 (MKL, AVX-512).
    columns = (rows if len(rows) > 1 else torch.cat([rows, rows])).T
    return (weight @ columns)[:, : len(rows)].T.reshape(*hidden.shape[:-1], -1).contiguous()
