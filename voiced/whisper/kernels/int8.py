"""Layers with int8 weights, for processors: a quarter of the memory to read, and instructions of their own.

Dynamic quantisation: a weight is stored as one byte with a scale for each row of its matrix; activations become bytes
on their way in, with a scale for each position. torch has several engines for this; which is the fastest depends on the
machine. Knows layers, not the network around them, nor whether eight bits are faster here.
"""

from __future__ import annotations

import warnings
from functools import cache

import torch
from torch import Tensor, nn

from voiced.whisper.blocks import N_FREQUENT
from voiced.whisper.kernels.float16 import WIDENED_ROWS, LookedUpRows, Packed, quantized_engine

_LOWEST_SCALE = 1e-12  # stands for the scale of a position or a row that is all zeros

# `torch.ops` checks every argument in Python first, for 2 µs; the operator behind it can be called directly.
_packet = torch.ops.quantized.linear_dynamic
_LINEAR_DYNAMIC = getattr(_packet, "_op", _packet)


def engines() -> list[str]:
    """Names of torch's engines that may be the fastest here; `x86`, FBGEMM's, is there only with AVX2."""
    # oneDNN's is of use only beside it: on x86 without AVX2 it dies of an illegal instruction, and on ARM it executes
    # 4 to 14 times as many instructions as QNNPACK's (tests/benchmarks/instructions.py).
    there = torch.backends.quantized.supported_engines
    return ["x86", "onednn"] if "x86" in there else [name for name in ("qnnpack",) if name in there]


class Int8Linear(nn.Module):
    """A linear layer with an int8 weight (n_out, n_in); float32 goes in and comes out."""

    def __init__(self, weight: Tensor, bias: Tensor | None, engine: str) -> None:
        super().__init__()
        # The bias is kept in float32 as well: `forward` needs it to undo its scaling.
        self.bias = torch.zeros(len(weight)) if bias is None else bias.detach().float()
        self.packed = _packed(weight.detach(), self.bias, engine)
        self.reduce_range = _overflows(engine)

    def forward(self, x: Tensor) -> Tensor:
        """(..., n_in) → (..., n_out), float32."""
        # torch quantises all of x with one scale. A single position has it for itself:
        if x.shape[:-1].numel() == 1:
            return _linear(x, self.packed, self.reduce_range)
        # Of several, a loud one would cost the others precision. So each position is divided by its largest number,
        # (..., 1), which halves the error …
        scaled = x.abs()
        scale = scaled.amax(dim=-1, keepdim=True).clamp_(min=_LOWEST_SCALE)
        found = _linear(torch.div(x, scale, out=scaled), self.packed, self.reduce_range)
        # … and multiplied by it afterwards, but not the bias: lerp(b, xW + b, scale) = b + scale * xW.
        return torch.lerp(self.bias, found, scale, out=found)


class Int8TokenEmbedding(LookedUpRows):
    """A token embedding that projects to the vocabulary in int8, and looks tokens up in float16."""

    def __init__(self, weight: Tensor, rows: Tensor, engine: str) -> None:
        super().__init__(rows)
        # Two matrices, so that frequent tokens can be scored alone.
        self.frequent = Int8Linear(weight[:N_FREQUENT], None, engine)
        self.seldom = Int8Linear(weight[N_FREQUENT:], None, engine) if len(weight) > N_FREQUENT else None

    def logits(self, hidden: Tensor) -> Tensor:
        """Hidden states (..., state) → (..., n_vocab)."""
        found = self.frequent_logits(hidden)
        return found if self.seldom is None else torch.cat([found, self.seldom(hidden)], dim=-1)

    def frequent_logits(self, hidden: Tensor) -> Tensor:
        """Hidden states (..., state) → (..., N_FREQUENT)."""
        found: Tensor = self.frequent(hidden)
        return found


def _packed(weight: Tensor, bias: Tensor, engine: str) -> Packed:
    """Weight (n_out, n_in) and bias (n_out,) → int8 in the layout of this engine."""
    with quantized_engine(engine):
        return torch.ops.quantized.linear_prepack(_quantised(weight), bias)


def _quantised(weight: Tensor) -> Tensor:
    """Quantise a weight (n_out, n_in) symmetrically: int8 with one scale a row, the largest number / 127."""
    # Some rows at a time, so that no float32 copy of a large matrix is made. But in float32: without arithmetic for
    # sixteen bits, as on a Cortex-A72, scales would take most of the time of loading.
    rows, scales = torch.empty(weight.shape, dtype=torch.int8), torch.empty(len(weight))
    for first in range(0, len(weight), WIDENED_ROWS):
        some = slice(first, first + WIDENED_ROWS)
        widened = weight[some].float()
        scales[some] = widened.abs().amax(dim=1).clamp_(min=_LOWEST_SCALE).div_(127)
        rows[some] = (widened / scales[some, None]).round_()  # not in place: it may be the weight itself
    with warnings.catch_warnings():
        # torch warns that this will go, later than in the newest version we allow; its successor is not in the oldest.
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
    """Whether activations must do with seven bits: without VNNI, x86 adds two products in 16 bits, which overflow."""
    # Ones times ones, quantised to the largest bytes there are: 64 in every column, unless a sum overflows.
    n = 64
    packed = _packed(torch.ones(n, n), torch.zeros(n), engine)
    return bool((_linear(torch.ones(1, n), packed, False) - n).abs().max() > 1)  # noqa: FBT003 # as torch calls it
