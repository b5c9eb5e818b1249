"""Makes a loaded network fast on the processor at hand: weights of eight or sixteen bits, or oneDNN's float32.

Which is faster depends on the instructions that a machine has, so `trials` measures it, within a tenth of a second;
what eight bits cost in accuracy, `voiced bench` measures. Knows the network's modules, not what they are for.
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

# What people may ask for. `auto` never chooses bfloat16: where a processor has it, it is faster than float32 in the
# encoder, but loses to eight bits in the decoder.
COMPUTE = ("auto", "float32", "bfloat16", "int8")
READ_AS = {  # the type in which weights are read from a file; None: as they are stored
    "float32": None,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "int8": torch.float16,  # as they are published; made smaller one by one
}


def choose_compute(name: str, device: torch.device) -> str:
    """Return the key of READ_AS that `name` means on this device.

    `auto` is float16 on accelerators, and int8 on processors where that is the fastest, else float32. Raises ValueError
    for a name that is not in COMPUTE, or not possible on this device.
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
    # What was asked for is possible; if nothing was, let the kernels compete.
    if name != "auto":
        return name
    if device.type != "cpu":
        return "float16"
    return "int8" if _int8_is_faster() else "float32"


def accelerate(network: Whisper, compute: str, token_rows: Tensor | None = None) -> Whisper:
    """Replace the network's layers by faster ones, one by one, and return it; `compute` is from `choose_compute`.

    `token_rows` (n_vocab, 2 * state) are the token embedding's float16 rows as bytes; None: they are made from it.
    """
    # NNPACK is of no use for one sound at a time, and without AVX2 it complains on standard error that it cannot start.
    torch.backends.nnpack.set_flags(False)  # type: ignore[no-untyped-call] # torch has left it without types
    if network.device.type != "cpu" or compute not in {"float32", "int8"}:
        return network.float() if compute == "float32" else network
    # One attention stays in float32: half of the error that eight bits make in the encoder arises where they first meet
    # the sound.
    exact = cast("EncoderBlock", network.encoder.blocks[0]).attn
    attend = _attend(compute)
    # First query, key and value become one layer, then every other linear layer and the embedding its fast twin.
    if compute == "int8":
        _fuse(network, exact)
    # Only modules with children are listed, not the layers: each layer's memory is released when it is replaced.
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
    """The fastest attention function whose error is allowed beside layers of this type."""
    # Bfloat16 adds next to nothing to the error of eight bits, but would be the largest one beside float32.
    if compute == "int8" and _bfloat16_is_faster():
        return onednn.attend_in_bfloat16
    return onednn.attend if _onednn_is_faster() else blocks.attend


def _linear(layer: nn.Linear) -> nn.Module:
    """The fastest exact layer: float16 weights where they are stored so, oneDNN, or torch's own."""
    if layer.weight.dtype is torch.float16 and _float16_pays():
        return Float16Linear(layer.weight, layer.bias)
    return OneDnnLinear(layer.weight, layer.bias) if _onednn_is_faster() else layer


def _tokens(layer: TokenEmbedding, rows: Tensor | None) -> nn.Module:
    """The fastest exact embedding."""
    if layer.weight.dtype is torch.float16 and _float16_pays():
        return Float16TokenEmbedding(layer.weight, float16.as_rows(layer.weight) if rows is None else rows)
    return layer


def _int8_linear(layer: nn.Linear) -> nn.Module:
    """An int8 layer of the engine that is the fastest here."""
    return Int8Linear(layer.weight, layer.bias, _fastest_engine())


def _int8_tokens(layer: TokenEmbedding, rows: Tensor | None) -> nn.Module:
    # Looking up is exact: only projecting to the vocabulary is done in eight bits.
    rows = float16.as_rows(layer.weight.half()) if rows is None else rows
    return Int8TokenEmbedding(layer.weight, rows, _fastest_engine())


def _fuse(network: Whisper, exact: Attention) -> None:
    """Join query, key and value of self-attention into one product: they all read x."""
    for module in network.modules():
        if isinstance(module, EncoderBlock | DecoderBlock) and module.attn is not exact:
            # 3 times (state, state) → (3 * state, state); keys have no bias, so theirs is zero.
            three = [module.attn.query, module.attn.key, module.attn.value]
            weight = torch.cat([each.weight for each in three])
            bias = torch.cat(
                [each.weight.new_zeros(len(each.weight)) if each.bias is None else each.bias for each in three]
            )
            # The three layers it is made of are no longer needed.
            module.attn.fused = Int8Linear(weight, bias, _fastest_engine())
            del module.attn.query, module.attn.key, module.attn.value


# -- what is faster here? ----------------------------------------------------------------------------

# `seconds` runs each trial once in a process and remembers it; what is not available takes infinitely long.


def _int8_is_faster() -> bool:
    # The best of eight bits against the best of float32.
    in_int8 = min((seconds(f"int8-{engine}") for engine in _int8_engines()), default=UNAVAILABLE)
    return in_int8 < min(seconds("default"), seconds("onednn"), seconds("float16"))


def _float16_pays() -> bool:
    """Whether float16 weights are worth it: they need half of the memory."""
    # So they may be half as slow again: a busy moment during the trial must not cost that memory.
    return seconds("float16") < 1.5 * min(seconds("default"), seconds("onednn"))


def _onednn_is_faster() -> bool:
    return seconds("onednn") < seconds("default")


def _bfloat16_is_faster() -> bool:
    return is_available("bfloat16") and seconds("bfloat16") < seconds("attention")


def _fastest_engine() -> str:
    return min(_int8_engines(), key=lambda engine: seconds(f"int8-{engine}"))


def _int8_engines() -> list[str]:
    return [engine for engine in engines() if is_available(f"int8-{engine}")]
