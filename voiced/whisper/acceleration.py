"""Eight-bit weights where they make a processor faster: linear layers and the projection to the vocabulary.

A weight is stored as one byte with a scale for each row of its matrix; a position's activations become bytes on their
way in, with a scale for each position. What that costs in accuracy is measured in `tests/benchmarks/engines.py`; that
it is faster is measured here, on this machine, because that depends on its instructions. Bfloat16, which needs no
preparation, is faster than float32 in the encoder where a processor has it, but loses to eight bits in the decoder.
Knows the network's modules, not what they are for.
"""

from __future__ import annotations

import warnings
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from voiced.whisper.model import TokenEmbedding

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiced.whisper.model import Whisper

COMPUTE = ("auto", "float32", "bfloat16", "int8")
READ_AS = {  # the type in which weights are read from a file
    "float32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "int8": torch.float16,  # as they are published; made smaller one by one
}
_ENGINES = ("x86", "onednn", "qnnpack")  # torch's; not every build has all
_N_STATE, _POSITIONS, _STEPS = 384, 250, 15  # a command of 4 s in tiny: positions encoded at once, tokens one by one
_LOWEST_SCALE = 1e-12  # of a position or a row that is all zeros
_ROWS = 4096  # of a matrix, made smaller at once

Packed = Any  # what an engine makes of a weight: a torch.ScriptObject, which only the operators of `quantized` can read


def choose_compute(name: str, device: torch.device) -> str:
    """A key of READ_AS. `auto` is float16 on accelerators, and int8 on processors where that is the fastest.

    ValueError for what is not in COMPUTE, or not possible there.
    """
    if name not in COMPUTE:
        raise ValueError(f"compute cannot be {name!r}; choose one of {', '.join(COMPUTE)}")
    if name == "int8" and device.type != "cpu":
        raise ValueError(f"int8 is computed on processors only, not on {device.type}; choose auto")
    if name != "auto":
        return name
    if device.type != "cpu":
        return "float16"
    engine = _fastest_engine()
    return "int8" if engine and _time_int8(engine) < _time_float32() else "float32"


def to_int8(model: Whisper) -> Whisper:
    """The same network with eight-bit weights, which replace the others one by one; what stays is float32."""
    engine = _fastest_engine()
    if engine is None:
        raise ValueError("this torch computes nothing in int8 on this machine; choose compute: float32")
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if type(child) is nn.Linear:
                setattr(module, name, Int8Linear(child.weight, child.bias, engine))
            elif isinstance(child, TokenEmbedding):
                setattr(module, name, Int8TokenEmbedding(child.weight, engine))
    return model.float()


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
        scale = x.abs().amax(dim=-1, keepdim=True).clamp_(min=_LOWEST_SCALE)
        return torch.lerp(self.bias, _linear(x / scale, self.packed, self.reduce_range), scale)


class Int8TokenEmbedding(nn.Module):
    """Rows are looked up as they were stored, and projected to in eight bits."""

    def __init__(self, weight: Tensor, engine: str) -> None:
        super().__init__()
        self.weight = weight.detach().half()
        self.projection = Int8Linear(weight, None, engine)

    def forward(self, tokens: Tensor) -> Tensor:
        return F.embedding(tokens, self.weight).float()

    def logits(self, hidden: Tensor) -> Tensor:
        found: Tensor = self.projection(hidden)
        return found


def _packed(weight: Tensor, bias: Tensor, engine: str) -> Packed:
    """The layout that the engine wants. A few rows at a time, so that no float32 copy of a large matrix is made."""
    scales = torch.maximum(weight.amax(dim=1), -weight.amin(dim=1)).float().clamp(min=_LOWEST_SCALE) / 127
    rows = torch.empty(weight.shape, dtype=torch.int8)
    for first in range(0, len(weight), _ROWS):
        some = slice(first, first + _ROWS)
        rows[some] = (weight[some].float() / scales[some, None]).round_()
    before = torch.backends.quantized.engine
    torch.backends.quantized.engine = engine
    try:
        with warnings.catch_warnings():
            # Announced for later than the newest torch that we allow; what replaces it is not in the oldest.
            warnings.filterwarnings("ignore", message="torch.quantize_per_tensor")
            zeros = torch.zeros(len(weight), dtype=torch.long)
            quantised = torch._make_per_channel_quantized_tensor(  # noqa: SLF001 # torch.ao.quantization uses it, too
                rows, scales.double(), zeros, axis=0
            )
        return torch.ops.quantized.linear_prepack(quantised, bias)
    finally:
        torch.backends.quantized.engine = before


def _linear(x: Tensor, packed: Packed, reduce_range: bool) -> Tensor:  # noqa: FBT001 # as torch calls it
    found: Tensor = torch.ops.quantized.linear_dynamic(x, packed, reduce_range)
    return found


@cache
def _overflows(engine: str) -> bool:
    """Sums of two products overflow 16 bits on x86 before VNNI: activations must do with seven bits there."""
    n = 64
    packed = _packed(torch.ones(n, n), torch.zeros(n), engine)
    return bool((_linear(torch.ones(1, n), packed, False) - n).abs().max() > 1)  # noqa: FBT003 # as torch calls it


# -- which is faster here? ---------------------------------------------------------------------------


@cache
def _fastest_engine() -> str | None:
    engines = [engine for engine in _ENGINES if engine in torch.backends.quantized.supported_engines]
    return min(engines, key=_time_int8, default=None)


@cache
def _time_int8(engine: str) -> float:
    return _time(Int8Linear(torch.ones(4 * _N_STATE, _N_STATE), None, engine))


@cache
def _time_float32() -> float:
    weight, bias = torch.ones(4 * _N_STATE, _N_STATE), torch.zeros(4 * _N_STATE)
    return _time(lambda x: F.linear(x, weight, bias))


@torch.inference_mode()
def _time(layer: Callable[[Tensor], Tensor]) -> float:
    """Seconds that a layer takes for one command, the best of three."""
    window, token = torch.ones(_POSITIONS, _N_STATE), torch.ones(1, _N_STATE)
    layer(window)

    def once() -> float:
        begin = perf_counter()
        layer(window)
        for _ in range(_STEPS):
            layer(token)
        return perf_counter() - begin

    return min(once() for _ in range(3))
