"""Layers that keep their weights in sixteen bits and compute in float32: half of the memory to hold and to read.

Whisper is published in float16, so nothing is lost: FBGEMM widens each weight on its way into the processor. On x86
with AVX2 that is faster than torch's own float32, too. Knows layers, not the network around them, nor whether it pays
here.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from voiced.whisper.blocks import N_FREQUENT

WIDENED_ROWS = 4096  # of the vocabulary, packed at once: packing begins with a float32 copy

Packed = Any  # FBGEMM's layout of a weight: a torch.ScriptObject, which only the operators of `quantized` can read


def is_available() -> bool:
    return "x86" in torch.backends.quantized.supported_engines


class Float16Linear(nn.Module):
    """A linear layer: float32 in and out. The weight is float16."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        self.packed = _packed(weight, bias)

    def forward(self, x: Tensor) -> Tensor:
        return _linear(x, self.packed)


class Float16TokenEmbedding(nn.Module):
    """The weight, (n_vocab, state), is float16. Looked up are `rows`: the same numbers as bytes, (n_vocab, 2 * state).

    They may be mapped from a file, so that only those that are looked up are ever read.
    """

    def __init__(self, weight: Tensor, rows: Tensor) -> None:
        super().__init__()
        self.rows = rows
        widened = torch.empty(WIDENED_ROWS, weight.shape[1])  # one for all: others in turn would leave holes in memory
        self.packed = [
            _packed(widened[: len(some)].copy_(some), None) for some in torch.split(weight.detach(), WIDENED_ROWS)
        ]

    def forward(self, tokens: Tensor) -> Tensor:
        return looked_up(self.rows, tokens)

    def logits(self, hidden: Tensor) -> Tensor:
        return torch.cat([_linear(hidden, some) for some in self.packed], dim=-1)

    def frequent_logits(self, hidden: Tensor) -> Tensor:
        return torch.cat([_linear(hidden, some) for some in self.packed[: N_FREQUENT // WIDENED_ROWS]], dim=-1)

    def logits_of(self, hidden: Tensor, tokens: Tensor) -> Tensor:
        return F.linear(hidden, looked_up(self.rows, tokens))


def as_rows(weight: Tensor) -> Tensor:
    """The bytes of a float16 weight."""
    return weight.detach().contiguous().view(torch.uint8)


def looked_up(rows: Tensor, tokens: Tensor) -> Tensor:
    """Float16 rows as bytes, (n_vocab, 2 * state), and tokens of any shape → float32 (..., state)."""
    found = rows.index_select(0, tokens.flatten())  # ten times as fast as rows[tokens]
    return found.view(*tokens.shape, rows.shape[1]).view(torch.float16).float()


def _packed(weight: Tensor, bias: Tensor | None) -> Packed:
    before = torch.backends.quantized.engine
    torch.backends.quantized.engine = "x86"
    try:
        bias = None if bias is None else bias.detach().float()
        return torch.ops.quantized.linear_prepack_fp16(weight.detach().float(), bias)
    finally:
        torch.backends.quantized.engine = before


def _linear(x: Tensor, packed: Packed) -> Tensor:
    found: Tensor = torch.ops.quantized.linear_dynamic_fp16(x if x.dim() > 1 else x[None], packed)
    return found if x.dim() > 1 else found[0]
