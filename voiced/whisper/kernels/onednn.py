"""Float32 by oneDNN's matrix products instead of torch's default ones: equal numbers up to rounding, sometimes sooner.

On AMD's processors, which Intel's MKL does not favour, twice as fast. torch has them as an operator that its compiler
uses. Knows layers, not the network around them, nor whether oneDNN is faster here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from voiced.whisper import blocks

if TYPE_CHECKING:
    from voiced.whisper.blocks import Past

# Up to so many rows of a product, or queries of an attention, torch's default is faster.
_DEFAULT_ROWS, _DEFAULT_QUERIES = 8, 32
# Below so many attention scores, queries times keys, the default is faster, too.
_MANY_SCORES = 160_000
# The scores of so many queries, 1500 each, fit into the processor's cache.
_QUERIES_AT_ONCE = 375


def is_available() -> bool:
    return torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")  # type: ignore[no-untyped-call] # torch has left it without types


def has_bfloat16() -> bool:
    """Whether the processor says that it has the instructions for oneDNN's bfloat16."""
    return is_available() and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())  # noqa: SLF001 # it has no other name


class OneDnnLinear(nn.Module):
    """A linear layer that shares the weight (n_out, n_in) and bias of the layer it replaces."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        self.weight, self.bias = weight, bias

    def forward(self, x: Tensor) -> Tensor:
        """(..., n_in) → (..., n_out)."""
        if x.shape[:-1].numel() <= _DEFAULT_ROWS:
            return F.linear(x, self.weight, self.bias)
        return _product(x, self.weight, self.bias)


def attend(query: Tensor, past: Past, mask: Tensor | None) -> Tensor:
    """Attend as `blocks.attend` does, by oneDNN's products where there are many queries and no mask: the encoder."""
    if mask is None and _has_many_scores(query, past):
        return _attend(query, past, query.dtype)
    return blocks.attend(query, past, mask)


def attend_in_bfloat16(query: Tensor, past: Past, mask: Tensor | None) -> Tensor:
    """Attend as `blocks.attend` does, in bfloat16: half of the time with instructions for it, errors of 0.5 %."""
    if mask is None and _has_many_scores(query, past):
        return _attend(query, past, torch.bfloat16)
    if query.shape[2] <= _DEFAULT_QUERIES:
        return blocks.attend(query, past, mask)
    # Too few scores for oneDNN, or a mask, but too many queries for float32. By torch, then, in bfloat16:
    # softmax(query · keyᵀ / √width + mask) · value, with scores (batch, heads, n, positions).
    scores: Tensor = (query * query.shape[3] ** -0.5).bfloat16() @ past.key.bfloat16().mT
    if mask is not None:
        scores += mask
    found: Tensor = scores.softmax(dim=-1) @ past.value.bfloat16()
    return found.to(query.dtype)


def _has_many_scores(query: Tensor, past: Past) -> bool:
    return query.shape[2] * past.key.shape[2] >= _MANY_SCORES


def _attend(query: Tensor, past: Past, dtype: torch.dtype) -> Tensor:
    """Attention without a mask, head by head, some queries at a time → (batch, heads, n, width)."""
    n_batch, n_head, n, width = query.shape
    found = query.new_empty(n_batch, n, n_head, width)
    for batch in range(n_batch):
        for head in range(n_head):
            # One head: queries (n, width), keys (positions, width), values turned round (width, positions).
            looking = (query[batch, head] * width**-0.5).to(dtype)
            keys = past.key[batch, head].to(dtype).contiguous()
            values = past.value[batch, head].T.to(dtype).contiguous()
            # Scores (some, positions) → softmax → mix of values (some, width), while they are in the cache.
            for first in range(0, n, _QUERIES_AT_ONCE):
                some = slice(first, first + _QUERIES_AT_ONCE)
                found[batch, some, head] = _product(_product(looking[some], keys).softmax(dim=-1), values)
    return found.transpose(1, 2)


def _product(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return x (..., n_in) · weightᵀ (n_in, n_out) + bias, as `F.linear`."""
    product: Tensor = torch.ops.mkldnn._linear_pointwise(  # noqa: SLF001 # it has no other name
        x, weight, bias, "none", [], ""
    )
    return product
