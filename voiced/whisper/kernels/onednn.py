"""Float32 by oneDNN's matrix products instead of those that torch takes by default: the same numbers, sometimes sooner.

On AMD's processors, where Intel's MKL is no good, twice as fast. torch offers them for the taking, as an operator that
its compiler uses. Knows layers, not the network around them, nor whether oneDNN pays here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from voiced.whisper import blocks

if TYPE_CHECKING:
    from voiced.whisper.blocks import Past

_DEFAULT_ROWS, _DEFAULT_QUERIES = 8, 32  # up to here the default is faster
_QUERIES_AT_ONCE = 375  # queries whose scores, 1500 each, lie in the cache
_MANY_SCORES = 160_000  # queries times keys; below, the default is faster


def is_available() -> bool:
    return torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")  # type: ignore[no-untyped-call] # torch has left it without types


def has_bfloat16() -> bool:
    """Whether the processor says that it has instructions that oneDNN's sixteen bits need."""
    return is_available() and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())  # noqa: SLF001 # it has no other name


class OneDnnLinear(nn.Module):
    """A linear layer around the same weights."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        self.weight, self.bias = weight, bias

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[:-1].numel() <= _DEFAULT_ROWS:
            return F.linear(x, self.weight, self.bias)
        return _product(x, self.weight, self.bias)


def attend(query: Tensor, past: Past, mask: Tensor | None) -> Tensor:
    """As `blocks.attend`: head by head, a few queries at a time."""
    if mask is None and _has_many_scores(query, past):
        return _attend(query, past, query.dtype)
    return blocks.attend(query, past, mask)


def attend_in_bfloat16(query: Tensor, past: Past, mask: Tensor | None) -> Tensor:
    """The same in sixteen bits, for processors with instructions for it: half of the time, errors of half a percent."""
    if mask is None and _has_many_scores(query, past):
        return _attend(query, past, torch.bfloat16)
    if query.shape[2] <= _DEFAULT_QUERIES:
        return blocks.attend(query, past, mask)
    scores: Tensor = (query * query.shape[3] ** -0.5).bfloat16() @ past.key.bfloat16().mT
    if mask is not None:
        scores += mask
    found: Tensor = scores.softmax(dim=-1) @ past.value.bfloat16()
    return found.to(query.dtype)


def _has_many_scores(query: Tensor, past: Past) -> bool:
    return query.shape[2] * past.key.shape[2] >= _MANY_SCORES


def _attend(query: Tensor, past: Past, dtype: torch.dtype) -> Tensor:
    n_batch, n_head, n, width = query.shape
    found = query.new_empty(n_batch, n, n_head, width)
    for batch in range(n_batch):
        for head in range(n_head):
            looking = (query[batch, head] * width**-0.5).to(dtype)
            keys = past.key[batch, head].to(dtype).contiguous()
            values = past.value[batch, head].T.to(dtype).contiguous()
            for first in range(0, n, _QUERIES_AT_ONCE):
                some = slice(first, first + _QUERIES_AT_ONCE)
                found[batch, some, head] = _product(_product(looking[some], keys).softmax(dim=-1), values)
    return found.transpose(1, 2)


def _product(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """As F.linear."""
    product: Tensor = torch.ops.mkldnn._linear_pointwise(  # noqa: SLF001 # it has no other name
        x, weight, bias, "none", [], ""
    )
    return product
