"""Making a loaded network fast on the processor at hand: weights of eight or sixteen bits, or oneDNN's float32.

Which is faster depends on the instructions that a machine has, so `trials` measures it, within a tenth of a second;
what eight bits cost in accuracy is not measured, see `tests/benchmarks`. Bfloat16 is only for the asking: where a
processor has it, it is faster than float32 in the encoder, but loses to eight bits in the decoder. Knows the network's
modules, not what they are for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn

from voiced.whisper import blocks
from voiced.whisper.blocks import Attention, DecoderBlock, EncoderBlock, TokenEmbedding
from voiced.whisper.kernels import float16, onednn
from voiced.whisper.kernels.float16 import Float16Linear, Float16TokenEmbedding
from voiced.whisper.kernels.int8 import Int8Linear, Int8TokenEmbedding, engines
from voiced.whisper.kernels.onednn import OneDnnLinear
from voiced.whisper.kernels.trials import UNAVAILABLE, is_available, seconds, wanted

if TYPE_CHECKING:
    from voiced.whisper.blocks import Attend
    from voiced.whisper.model import Whisper

COMPUTE = ("auto", "float32", "bfloat16", "int8")
READ_AS = {  # the type in which weights are read from a file; None: as they are stored
    "float32": None,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "int8": torch.float16,  # as they are published; made smaller one by one
}


def choose_compute(name: str, device: torch.device) -> str:
    """A key of READ_AS. `auto` is float16 on accelerators, and int8 on processors where that is the fastest.

    ValueError for what is not in COMPUTE, or not possible there.
    """
    wanted()  # a misspelt kernel is told before anything is tried
    if name not in COMPUTE:
        raise ValueError(f"compute cannot be {name!r}; choose one of {', '.join(COMPUTE)}")
    if name == "int8" and device.type != "cpu":
        raise ValueError(f"int8 is computed on processors only, not on {device.type}; choose auto")
    if name == "int8" and not _int8_engines():
        raise ValueError("nothing is computed in int8 on this machine; choose float32")
    if name == "bfloat16" and device.type == "cpu" and not is_available("bfloat16-layer"):
        raise ValueError("this processor does not compute in bfloat16; choose auto")
    if name != "auto":
        return name
    if device.type != "cpu":
        return "float16"
    return "int8" if _int8_is_faster() else "float32"


def accelerate(network: Whisper, compute: str, token_rows: Tensor | None = None) -> Whisper:
    """The same network, faster where that is possible; layers are replaced one by one. `compute` as chosen above.

    `token_rows` are the token embedding's, as `float16.looked_up` wants them; None: they are made from it.
    """
    # Of no use for one sound at a time; and without AVX2 it complains on standard error that it cannot start.
    torch.backends.nnpack.set_flags(False)  # type: ignore[no-untyped-call] # torch has left it without types
    if network.device.type != "cpu" or compute not in {"float32", "int8"}:
        return network.float() if compute == "float32" else network
    # Half of the error that eight bits make in the encoder arises where they first meet the sound: 0.063 against 0.028
    # of the audio features' size in base, 0.040 against 0.026 in tiny.en.
    exact = cast("EncoderBlock", network.encoder.blocks[0]).attn
    attend = _attend(compute)
    if compute == "int8":
        _fuse(network, exact)
    # Layers themselves are not kept in the list: each goes when it is replaced.
    for module in [module for module in network.modules() if any(module.children())]:
        for name, child in list(module.named_children()):
            in_int8 = compute == "int8" and module is not exact
            if isinstance(child, nn.Linear):
                setattr(module, name, _int8_linear(child) if in_int8 else _linear(child))
            elif isinstance(child, TokenEmbedding):
                setattr(module, name, (_int8_tokens if in_int8 else _tokens)(child, token_rows))
        if isinstance(module, Attention):
            module.attend = attend
    return network.float()


def _attend(compute: str) -> Attend:
    if compute == "int8" and _bfloat16_is_faster():  # eight bits lose 2.49 % of a window, with it 2.54 %
        return onednn.attend_in_bfloat16
    return onednn.attend if _onednn_is_faster() else blocks.attend


def _linear(layer: nn.Linear) -> nn.Module:
    if layer.weight.dtype is torch.float16 and _float16_pays():
        return Float16Linear(layer.weight, layer.bias)
    return OneDnnLinear(layer.weight, layer.bias) if _onednn_is_faster() else layer


def _tokens(layer: TokenEmbedding, rows: Tensor | None) -> nn.Module:
    if layer.weight.dtype is torch.float16 and _float16_pays():
        return Float16TokenEmbedding(layer.weight, float16.as_rows(layer.weight) if rows is None else rows)
    return layer


def _int8_linear(layer: nn.Linear) -> nn.Module:
    return Int8Linear(layer.weight, layer.bias, _fastest_engine())


def _int8_tokens(layer: TokenEmbedding, rows: Tensor | None) -> nn.Module:
    rows = float16.as_rows(layer.weight.half()) if rows is None else rows
    return Int8TokenEmbedding(layer.weight, rows, _fastest_engine())


def _fuse(network: Whisper, exact: Attention) -> None:
    """Query, key and value as one product, where all three read the same."""
    for module in network.modules():
        if isinstance(module, EncoderBlock | DecoderBlock) and module.attn is not exact:
            three = [module.attn.query, module.attn.key, module.attn.value]
            weight = torch.cat([each.weight for each in three])
            bias = torch.cat(
                [each.weight.new_zeros(len(each.weight)) if each.bias is None else each.bias for each in three]
            )
            module.attn.fused = Int8Linear(weight, bias, _fastest_engine())
            del module.attn.query, module.attn.key, module.attn.value


# -- what is faster here? ----------------------------------------------------------------------------


def _int8_is_faster() -> bool:
    in_int8 = min((seconds(f"int8-{engine}") for engine in _int8_engines()), default=UNAVAILABLE)
    return in_int8 < min(seconds("default"), seconds("onednn"), seconds("float16"))


def _float16_pays() -> bool:
    """Unless it is half as slow again: it needs half of the memory, and a busy moment must not cost that."""
    return seconds("float16") < 1.5 * min(seconds("default"), seconds("onednn"))


def _onednn_is_faster() -> bool:
    return seconds("onednn") < seconds("default")


def _bfloat16_is_faster() -> bool:
    return is_available("bfloat16") and seconds("bfloat16") < seconds("attention")


def _fastest_engine() -> str:
    return min(_int8_engines(), key=lambda engine: seconds(f"int8-{engine}"))


def _int8_engines() -> list[str]:
    return [engine for engine in engines() if is_available(f"int8-{engine}")]
