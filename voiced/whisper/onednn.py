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

_FEW_ROWS = 8  # up to here the default is faster
_AT_ONCE = 375  # queries whose looks, 1500 each, lie in the cache
_MANY_LOOKS = 160_000  # queries times keys; below, the default is faster


def is_available() -> bool:
    return torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")  # type: ignore[no-untyped-call] # torch has left it without types


class OneDnnLinear(nn.Module):
    """A linear layer around the same weights."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        self.weight, self.bias = weight, bias

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[:-1].numel() <= _FEW_ROWS:
            return F.linear(x, self.weight, self.bias)
        return _product(x, self.weight, self.bias)


def attend(query: Tensor, past: Past, mask: Tensor | None) -> Tensor:
    """As `blocks.attend`: head by head, a few queries at a time."""
    return _attend(query, past, mask, query.dtype)


def attend_in_bfloat16(query: Tensor, past: Past, mask: Tensor | None) -> Tensor:
    """The same in sixteen bits, for processors with instructions for it: half of the time, errors of half a percent."""
    return _attend(query, past, mask, torch.bfloat16)


def _attend(query: Tensor, past: Past, mask: Tensor | None, dtype: torch.dtype) -> Tensor:
    n_batch, n_head, n, width = query.shape
    if mask is not None or n * past.key.shape[2] < _MANY_LOOKS:
        return blocks.attend(query, past, mask)
    found = query.new_empty(n_batch, n, n_head, width)
    for batch in range(n_batch):
        for head in range(n_head):
            looking = (query[batch, head] * width**-0.5).to(dtype)
            keys = past.key[batch, head].to(dtype).contiguous()
            values = past.value[batch, head].T.to(dtype).contiguous()
            for first in range(0, n, _AT_ONCE):
                some = slice(first, first + _AT_ONCE)
                found[batch, some, head] = _product(_product(looking[some], keys).softmax(dim=-1), values)
    return found.transpose(1, 2)


def _product(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """As F.linear."""
    product: Tensor = torch.ops.mkldnn._linear_pointwise(  # noqa: SLF001 # it has no other name
        x, weight, bias, "none", [], ""
    )
    return product
