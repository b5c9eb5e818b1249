"""Making a loaded network fast on the processor at hand: eight-bit weights, or oneDNN's float32.

Which is faster depends on the instructions that a machine has, so it is measured here, within a tenth of a second;
what eight bits cost in accuracy is not, see `tests/benchmarks`. Bfloat16 is only for the asking: where a processor has
it, it is faster than float32 in the encoder, but loses to eight bits in the decoder. Knows the network's modules, not
what they are for.
"""

from __future__ import annotations

from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from voiced.whisper import onednn
from voiced.whisper.blocks import Attention, TokenEmbedding
from voiced.whisper.int8 import Int8Linear, Int8TokenEmbedding, engines
from voiced.whisper.onednn import OneDnnLinear

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiced.whisper.blocks import EncoderBlock
    from voiced.whisper.model import Whisper

COMPUTE = ("auto", "float32", "bfloat16", "int8")
READ_AS = {  # the type in which weights are read from a file
    "float32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "int8": torch.float16,  # as they are published; made smaller one by one
}
_N_STATE, _POSITIONS, _STEPS = 384, 250, 15  # a command of 4 s in tiny: positions encoded at once, tokens one by one


def choose_compute(name: str, device: torch.device) -> str:
    """A key of READ_AS. `auto` is float16 on accelerators, and int8 on processors where that is the fastest.

    ValueError for what is not in COMPUTE, or not possible there.
    """
    if name not in COMPUTE:
        raise ValueError(f"compute cannot be {name!r}; choose one of {', '.join(COMPUTE)}")
    if name == "int8" and device.type != "cpu":
        raise ValueError(f"int8 is computed on processors only, not on {device.type}; choose auto")
    if name == "int8" and not engines():
        raise ValueError("this torch computes nothing in int8 on this machine; choose float32")
    if name != "auto":
        return name
    if device.type != "cpu":
        return "float16"
    return "int8" if _int8_is_faster() else "float32"


def accelerate(network: Whisper, compute: str) -> Whisper:
    """The same network, faster where that is possible; layers are replaced one by one. `compute` as chosen above."""
    if network.device.type != "cpu" or compute not in {"float32", "int8"}:
        return network
    use_onednn = _onednn_is_faster()
    # Half of the error that eight bits make in the encoder arises where they first meet the sound: 0.063 against 0.028
    # of the audio features' size in base, 0.040 against 0.026 in tiny.en.
    exact = cast("EncoderBlock", network.encoder.blocks[0]).attn
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if compute == "int8" and module is not exact:
                setattr(module, name, _in_int8(child))
            elif use_onednn and isinstance(child, nn.Linear):
                setattr(module, name, OneDnnLinear(child.weight, child.bias))
        if use_onednn and isinstance(module, Attention):
            module.attend = onednn.attend
    return network.float()


def _in_int8(module: nn.Module) -> nn.Module:
    if isinstance(module, nn.Linear):
        return Int8Linear(module.weight, module.bias, _fastest_engine())
    if isinstance(module, TokenEmbedding):
        return Int8TokenEmbedding(module.weight, _fastest_engine())
    return module


# -- what is faster here? ----------------------------------------------------------------------------


def _int8_is_faster() -> bool:
    if not engines():
        return False
    return _time_int8(_fastest_engine()) < min(_time_default(), _time_onednn())


def _onednn_is_faster() -> bool:
    return _time_onednn() < _time_default()


def _fastest_engine() -> str:
    return min(engines(), key=_time_int8)


@cache
def _time_int8(engine: str) -> float:
    return _time(Int8Linear(*_layer(), engine))


@cache
def _time_default() -> float:
    weight, bias = _layer()
    return _time(lambda x: F.linear(x, weight, bias))


@cache
def _time_onednn() -> float:
    return _time(OneDnnLinear(*_layer())) if onednn.is_available() else float("inf")


def _layer() -> tuple[Tensor, Tensor]:
    return torch.ones(4 * _N_STATE, _N_STATE), torch.ones(4 * _N_STATE)


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
