"""Layers with float16 weights that compute in float32: half of the memory to hold and to read.

Whisper is published in float16, so nothing is lost: FBGEMM widens each weight on its way into the processor. On x86
with AVX2 that is faster than torch's own float32, too. Knows layers, not the network around them, nor whether they are
faster here.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from voiced.whisper.blocks import N_FREQUENT

if TYPE_CHECKING:
    from collections.abc import Iterator

# Packing begins with a float32 copy, so a large matrix is packed by so many rows at a time. Divides N_FREQUENT.
WIDENED_ROWS = 4096

# An engine's own layout of a weight: a torch.ScriptObject, which only the operators of `torch.ops.quantized` can read.
Packed = Any


def is_available() -> bool:
    """Whether this torch has FBGEMM, which needs x86 with AVX2."""
    return "x86" in torch.backends.quantized.supported_engines


class Float16Linear(nn.Module):
    """A linear layer with a float16 weight (n_out, n_in); float32 goes in and comes out."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        self.packed = _packed(weight, bias)

    def forward(self, x: Tensor) -> Tensor:
        """(..., n_in) → (..., n_out), float32."""
        return _linear(x, self.packed)


class LookedUpRows(nn.Module):
    """The half of a token embedding that looks tokens up, exactly: in `rows`, float16 as bytes (n_vocab, 2 * state).

    These may be mapped from a file, so that only the rows that are looked up are ever read.
    """

    def __init__(self, rows: Tensor) -> None:
        super().__init__()
        self.rows = rows

    def forward(self, tokens: Tensor) -> Tensor:
        """Token ids (...) → float32 (..., state)."""
        return looked_up(self.rows, tokens)

    def logits_of(self, hidden: Tensor, tokens: Tensor) -> Tensor:
        """Hidden states (..., state) and tokens (k,) → (..., k), in float32."""
        return F.linear(hidden, looked_up(self.rows, tokens))


class Float16TokenEmbedding(LookedUpRows):
    """A token embedding that projects to the vocabulary by its float16 weight (n_vocab, state)."""

    def __init__(self, weight: Tensor, rows: Tensor) -> None:
        super().__init__(rows)
        # One buffer (WIDENED_ROWS, state) for all parts: a new one for each would leave holes in memory.
        widened = torch.empty(WIDENED_ROWS, weight.shape[1])
        # Parts of (WIDENED_ROWS, state), each widened into the buffer and packed as float16.
        self.packed = [
            _packed(widened[: len(some)].copy_(some), None) for some in torch.split(weight.detach(), WIDENED_ROWS)
        ]

    def logits(self, hidden: Tensor) -> Tensor:
        """Hidden states (..., state) → (..., n_vocab): the parts' products side by side."""
        return torch.cat([_linear(hidden, some) for some in self.packed], dim=-1)

    def frequent_logits(self, hidden: Tensor) -> Tensor:
        """Hidden states (..., state) → (..., N_FREQUENT): the products of the first parts."""
        return torch.cat([_linear(hidden, some) for some in self.packed[: N_FREQUENT // WIDENED_ROWS]], dim=-1)


def as_rows(weight: Tensor) -> Tensor:
    """View a float16 weight (n_vocab, state) as bytes (n_vocab, 2 * state)."""
    return weight.detach().contiguous().view(torch.uint8)


def looked_up(rows: Tensor, tokens: Tensor) -> Tensor:
    """Look tokens (...) up in float16 rows as bytes, (n_vocab, 2 * state) → float32 (..., state)."""
    # Ten times as fast as rows[tokens].
    found = rows.index_select(0, tokens.flatten())
    # Only now do the bytes become numbers: a copy is aligned, which rows of a mapped file need not be.
    return found.view(*tokens.shape, rows.shape[1]).view(torch.float16).float()


def _packed(weight: Tensor, bias: Tensor | None) -> Packed:
    """Weight (n_out, n_in) and bias (n_out,) → FBGEMM's layout of both."""
    bias = None if bias is None else bias.detach().float()
    with quantized_engine("x86"):
        return torch.ops.quantized.linear_prepack_fp16(weight.detach().float(), bias)


@contextmanager
def quantized_engine(name: str) -> Iterator[None]:
    """Pack weights for this engine inside the block; it is a global switch of torch's."""
    before = torch.backends.quantized.engine
    torch.backends.quantized.engine = name
    try:
        yield
    finally:
        torch.backends.quantized.engine = before


def _linear(x: Tensor, packed: Packed) -> Tensor:
    """Return x · weightᵀ + bias; the operator wants two dimensions at least."""
    found: Tensor = torch.ops.quantized.linear_dynamic_fp16(x if x.dim() > 1 else x[None], packed)
    return found if x.dim() > 1 else found[0]
