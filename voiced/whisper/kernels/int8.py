"""Layers with weights of eight bits, for processors: a quarter of the memory to read, and instructions of their own.

A weight is stored as one byte with a scale for each row of its matrix; a position's activations become bytes on their
way in, with a scale for each position. torch has several engines for this, of which no machine likes all equally.
Knows layers, not the network around them, nor whether eight bits pay here.
"""

from __future__ import annotations

import warnings
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from voiced.whisper.blocks import N_FREQUENT
from voiced.whisper.kernels.float16 import WIDENED_ROWS, Packed, looked_up

_LOWEST_SCALE = 1e-12  # of a position or a row that is all zeros

# torch looks at every argument in Python first, for 2 µs; what it hands them to then can be called as it is.
_packet = torch.ops.quantized.linear_dynamic
_LINEAR_DYNAMIC = getattr(_packet, "_op", _packet)


def engines() -> list[str]:
    """Those of torch that may be the fastest here. `x86`, FBGEMM's, is there only on processors with AVX2.

    Where it is not, oneDNN's is no use: on x86 it meets an instruction that the processor does not have, and on ARM it
    executes 4 to 14 times as many as QNNPACK's (`tests/benchmarks/instructions.py`).
    """
    there = torch.backends.quantized.supported_engines
    return ["x86", "onednn"] if "x86" in there else [name for name in ("qnnpack",) if name in there]


class Int8Linear(nn.Module):
    """A linear layer: float32 in and out."""

    def __init__(self, weight: Tensor, bias: Tensor | None, engine: str) -> None:
        super().__init__()
        self.bias = torch.zeros(len(weight)) if bias is None else bias.detach().float()
        self.packed = _packed(weight.detach(), self.bias, engine)
        self.reduce_range = _overflows(engine)

    def forward(self, x: Tensor) -> Tensor:
        # torch finds one scale for all of x. Positions are brought to one scale, so that a loud one costs the others
        # no precision: that halves the error. lerp(b, xW + b, scale) = scale * xW + b takes it back.
        if x.shape[:-1].numel() == 1:
            return _linear(x, self.packed, self.reduce_range)
        scaled = x.abs()
        scale = scaled.amax(dim=-1, keepdim=True).clamp_(min=_LOWEST_SCALE)
        found = _linear(torch.div(x, scale, out=scaled), self.packed, self.reduce_range)
        return torch.lerp(self.bias, found, scale, out=found)


class Int8TokenEmbedding(nn.Module):
    """Rows are looked up in sixteen bits, as `float16.looked_up` wants them, and projected to in eight."""

    def __init__(self, weight: Tensor, rows: Tensor, engine: str) -> None:
        super().__init__()
        self.rows = rows
        self.frequent = Int8Linear(weight[:N_FREQUENT], None, engine)
        self.seldom = Int8Linear(weight[N_FREQUENT:], None, engine) if len(weight) > N_FREQUENT else None

    def forward(self, tokens: Tensor) -> Tensor:
        return looked_up(self.rows, tokens)

    def logits(self, hidden: Tensor) -> Tensor:
        found = self.frequent_logits(hidden)
        return found if self.seldom is None else torch.cat([found, self.seldom(hidden)], dim=-1)

    def frequent_logits(self, hidden: Tensor) -> Tensor:
        found: Tensor = self.frequent(hidden)
        return found

    def logits_of(self, hidden: Tensor, tokens: Tensor) -> Tensor:
        return F.linear(hidden, looked_up(self.rows, tokens))


def _packed(weight: Tensor, bias: Tensor, engine: str) -> Packed:
    """The layout that the engine wants."""
    before = torch.backends.quantized.engine
    torch.backends.quantized.engine = engine
    try:
        return torch.ops.quantized.linear_prepack(_quantised(weight), bias)
    finally:
        torch.backends.quantized.engine = before


def _quantised(weight: Tensor) -> Tensor:
    """Bytes, and a scale for each row. A few rows at a time, so that no float32 copy of a large matrix is made.

    All in float32: without arithmetic for sixteen bits, as on a Cortex-A72, finding scales takes most of the loading.
    """
    rows, scales = torch.empty(weight.shape, dtype=torch.int8), torch.empty(len(weight))
    for first in range(0, len(weight), WIDENED_ROWS):
        some = slice(first, first + WIDENED_ROWS)
        widened = weight[some].float()
        scales[some] = widened.abs().amax(dim=1).clamp_(min=_LOWEST_SCALE).div_(127)
        rows[some] = (widened / scales[some, None]).round_()  # not in place: it may be the weight itself
    with warnings.catch_warnings():
        # Announced for later than the newest torch that we allow; what replaces it is not in the oldest.
        warnings.filterwarnings("ignore", message="torch.quantize_per_tensor")
        zeros = torch.zeros(len(weight), dtype=torch.long)
        return torch._make_per_channel_quantized_tensor(  # noqa: SLF001 # torch.ao.quantization uses it, too
            rows, scales.double(), zeros, axis=0
        )


def _linear(x: Tensor, packed: Packed, reduce_range: bool) -> Tensor:  # noqa: FBT001 # as torch calls it
    found: Tensor = _LINEAR_DYNAMIC(x, packed, reduce_range)
    return found


@cache
def _overflows(engine: str) -> bool:
    """Sums of two products overflow 16 bits on x86 before VNNI: activations must do with seven bits there."""
    n = 64
    packed = _packed(torch.ones(n, n), torch.zeros(n), engine)
    return bool((_linear(torch.ones(1, n), packed, False) - n).abs().max() > 1)  # noqa: FBT003 # as torch calls it
