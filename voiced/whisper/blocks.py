"""The Transformer's parts: multi-head attention with a key-value cache, the perceptron, and blocks of both.

Pre-norm blocks (Vaswani et al. 2017) as Whisper has them (Radford et al. 2022, section 2.2); modules carry the names of
openai/whisper's `model.py`. Knows no windows, no caches of a whole decoder, and no way from sound to text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Callable

# Byte pair encoding numbers tokens in the order of its merges, so that frequent tokens have small ids. Most words of a
# command are among the first 8192 of some 51,865, which are scored together; the others only where they are asked for.
N_FREQUENT = 8192
# A growing cache is enlarged by so many positions at a time: a command takes about a hundred.
_SPARE_POSITIONS = 128
# The perceptron treats a quarter of a window at once, so that what lies between its layers stays in the cache.
_POSITIONS_AT_ONCE = 375
# With so few rows, projecting to the vocabulary is bound by reading the matrix, not by arithmetic.
_MEMORY_BOUND_ROWS = 8


# -- the key-value cache of one layer ----------------------------------------------------------------

# A decoder writes token by token. The keys and values of the tokens before never change, so they are computed once and
# kept; each new token adds its own and attends to all of them.


class KeyValue(NamedTuple):
    """Keys and values of the positions that an attention layer may attend to: a value, never changed."""

    key: Tensor  # (batch, heads, positions, width of a head)
    value: Tensor  # (batch, heads, positions, width of a head)

    def extended(self, new: KeyValue) -> KeyValue:
        """Return a copy with the positions of `new` behind its own."""
        return KeyValue(torch.cat([self.key, new.key], dim=2), torch.cat([self.value, new.value], dim=2))


class GrowingKeyValue:
    """A `KeyValue` that grows in place: nothing is copied, but only one continuation can be followed."""

    def __init__(self, past: KeyValue) -> None:
        # Memory for more positions than there are yet; the first `_n` of them are in use.
        self._n = past.key.shape[2]
        self._both = _with_room(past, self._n)

    @property
    def key(self) -> Tensor:
        """(batch, heads, positions, width): a view of the part in use."""
        return self._both.key[:, :, : self._n]

    @property
    def value(self) -> Tensor:
        """(batch, heads, positions, width): a view of the part in use."""
        return self._both.value[:, :, : self._n]

    def extended(self, new: KeyValue) -> GrowingKeyValue:
        """Write the positions of `new` behind its own, and return itself."""
        n = self._n + new.key.shape[2]
        # Full: move to larger memory. That happens once in _SPARE_POSITIONS tokens.
        if n > self._both.key.shape[2]:
            self._both = _with_room(KeyValue(self.key, self.value), n)
        # (batch, heads, new positions, width) go right behind the last ones.
        self._both.key[:, :, self._n : n] = new.key
        self._both.value[:, :, self._n : n] = new.value
        self._n = n
        return self


Past: TypeAlias = KeyValue | GrowingKeyValue


def _with_room(past: KeyValue, n: int) -> KeyValue:
    """Copy keys and values into memory for `n` positions and _SPARE_POSITIONS more."""
    batch, heads, known, width = past.key.shape
    both = KeyValue(*(tensor.new_empty(batch, heads, n + _SPARE_POSITIONS, width) for tensor in past))
    both.key[:, :, :known], both.value[:, :, :known] = past
    return both


# -- attention ---------------------------------------------------------------------------------------

# How queries meet keys and values is exchangeable: `kernels` puts faster functions of this shape into each layer.
Attend: TypeAlias = "Callable[[Tensor, Past, Tensor | None], Tensor]"


def attend(query: Tensor, past: Past, mask: Tensor | None) -> Tensor:
    """Scaled dot-product attention: softmax(query · keyᵀ / √width + mask) · value → (batch, heads, n, width).

    `query` is (batch, heads, n, width); `mask` (n, positions) is 0 where a query may attend, minus infinity where not.
    """
    return F.scaled_dot_product_attention(query, past.key, past.value, attn_mask=mask)


class Attention(nn.Module):
    """Multi-head attention. Keys and values are computed apart from attending, so that they can be cached."""

    def __init__(self, n_state: int, n_head: int) -> None:
        super().__init__()
        self.n_head = n_head
        # Four square projections. Keys have no bias: it would add one constant to all scores of a query, which
        # softmax ignores.
        self.query = nn.Linear(n_state, n_state)
        self.key = nn.Linear(n_state, n_state, bias=False)
        self.value = nn.Linear(n_state, n_state)
        self.out = nn.Linear(n_state, n_state)
        self.attend: Attend = attend
        # Where that is faster, `kernels.acceleration` puts query, key and value into one product: state → 3 * state.
        self.fused: nn.Module | None = None

    def self_attend(
        self, x: Tensor, past: Past | None, mask: Tensor | None = None, last: int = 0
    ) -> tuple[Tensor, Past]:
        """Attend from x (batch, n, state) to `past` and x → (batch, n or last, state), and the past with x added.

        `last`: only so many of the last positions attend, 0: all.
        """
        # Project x three ways, and cut each into heads: 3 times (batch, heads, n, width).
        three = (self.query(x), self.key(x), self.value(x)) if self.fused is None else self.fused(x).chunk(3, dim=-1)
        query, key, value = (self._heads(each) for each in three)
        # Every position leaves its key and value for those that come later …
        past = KeyValue(key, value) if past is None else past.extended(KeyValue(key, value))
        # … but only positions whose result somebody wants have to ask.
        if last:
            query, mask = query[:, :, -last:], None if mask is None else mask[-last:]
        return self._mixed(self.attend(query, past, mask)), past

    def key_value(self, x: Tensor) -> KeyValue:
        """Keys and values (batch, heads, n, width) of x (batch, n, state), to be attended to later."""
        return KeyValue(self._heads(self.key(x)), self._heads(self.value(x)))

    def forward(self, x: Tensor, past: Past, mask: Tensor | None = None) -> Tensor:
        """Attend from x (batch, n, state) to `past` alone → (batch, n, state); `mask` is `attend`'s."""
        return self._mixed(self.attend(self._heads(self.query(x)), past, mask))

    def scores(self, x: Tensor, past: KeyValue) -> Tensor:
        """Attention scores of x (batch, n, state) before the softmax: (batch, heads, n, positions)."""
        query = self._heads(self.query(x))
        # 1/√width, half of it on either side, so that the product does not overflow float16.
        scale = query.shape[-1] ** -0.25
        scores: Tensor = (query * scale) @ (past.key * scale).mT
        return scores

    def _mixed(self, found: Tensor) -> Tensor:
        # (batch, heads, n, width) → heads side by side (batch, n, state) → mixed by the output projection
        mixed: Tensor = self.out(found.transpose(1, 2).flatten(2))
        return mixed

    def _heads(self, x: Tensor) -> Tensor:
        # (batch, n, state) → (batch, n, heads, width) → (batch, heads, n, width)
        return x.view(*x.shape[:2], self.n_head, -1).transpose(1, 2)


# -- blocks ------------------------------------------------------------------------------------------


class EncoderBlock(nn.Module):
    """openai/whisper's `ResidualAttentionBlock` of the encoder: self-attention without a mask, then a perceptron."""

    def __init__(self, n_state: int, n_head: int) -> None:
        super().__init__()
        self.attn = Attention(n_state, n_head)
        self.attn_ln = nn.LayerNorm(n_state)
        self.mlp = Mlp(n_state)
        self.mlp_ln = nn.LayerNorm(n_state)

    def forward(self, x: Tensor) -> Tensor:
        """Hidden states (batch, positions, state) → (batch, positions, state)."""
        # Sound is there as a whole: each position attends to all. What is found is added to the residual stream.
        found, _ = self.attn.self_attend(self.attn_ln(x), None)
        x = x + found
        # Then each position is transformed for itself.
        result: Tensor = x + self.mlp(self.mlp_ln(x))
        return result


class DecoderBlock(nn.Module):
    """openai/whisper's `ResidualAttentionBlock` of the decoder: causal self-attention, cross-attention, perceptron."""

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
        """Hidden states (rows, n, state) → (rows, n or last, state), and the past with these n positions added.

        `last`: the hidden states of only so many of the last positions are wanted, 0: of all.
        """
        # First what has been written, then what was said.
        x, past = self.self_attend(x, past, mask, last)
        return self.cross_attend(audio, x), past

    def self_attend(self, x: Tensor, past: Past, mask: Tensor | None, last: int = 0) -> tuple[Tensor, Past]:
        """The first third of the block: x plus what it finds among the tokens so far (rows, n or last, state)."""
        found, past = self.attn.self_attend(self.attn_ln(x), past, mask, last)
        return x[:, -last:] + found, past

    def cross_attend(self, audio: KeyValue, x: Tensor) -> Tensor:
        """The rest of the block: x (rows, n, state) plus what it finds in the sound, then the perceptron."""
        # Rows of one audio share its keys. (rows, n, state) → (audios, rows of each * n, state): as more queries of
        # one batch entry, they read the keys once.
        queries = self.cross_attn_ln(x).view(audio.key.shape[0], -1, x.shape[2])
        x = x + self.cross_attn(queries, audio).view_as(x)
        result: Tensor = x + self.mlp(self.mlp_ln(x))
        return result


class Mlp(nn.Sequential):
    """Two linear layers around a GELU, four times as wide between them; each position for itself."""

    def __init__(self, n_state: int) -> None:
        super().__init__(nn.Linear(n_state, 4 * n_state), nn.GELU(), nn.Linear(4 * n_state, n_state))

    def forward(self, x: Tensor) -> Tensor:
        """Hidden states (batch, n, state) → (batch, n, state)."""
        if x.shape[1] <= _POSITIONS_AT_ONCE:
            return self._run(x)
        # Positions do not meet here, so a window may pass in pieces.
        return torch.cat([self._run(some) for some in torch.split(x, _POSITIONS_AT_ONCE, dim=1)], dim=1)

    def _run(self, x: Tensor) -> Tensor:
        wide, gelu, narrow = self
        result: Tensor = narrow(gelu(wide(x)))
        return result


class TokenEmbedding(nn.Embedding):
    """Tokens → vectors, and back: Whisper projects to the vocabulary by its embedding, (n_vocab, state)."""

    # Projecting reads the whole matrix: 20 million numbers in tiny.en, twice as many as all blocks of the decoder have.
    # So whoever can name the tokens in question asks for these alone.

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
    """Hidden (..., state) times weightᵀ (state, n) → (..., n): `F.linear`, faster for few rows."""
    rows = hidden.reshape(-1, hidden.shape[-1])  # (rows, state)
    if len(rows) > _MEMORY_BOUND_ROWS:
        return F.linear(hidden, weight)
    # Few rows are a matter of reading the weights once. MKL does so at the speed of memory only for a matrix times two
    # columns or more, (n, state) @ (state, rows): a single row is doubled, and its twin dropped.
    columns = (rows if len(rows) > 1 else torch.cat([rows, rows])).T
    return (weight @ columns)[:, : len(rows)].T.reshape(*hidden.shape[:-1], -1).contiguous()
