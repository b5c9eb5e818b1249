"""What a checkpoint holds, whichever format it came in: every parameter by OpenAI's name, with the shape it must have.

The formats differ in how they name, fuse and compress; each has its reader (`from_ctranslate2`, `from_hugging_face`,
`from_openai`) and all of them end here. Knows shapes; does not know files, nor how the network computes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import prod
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from voiced.whisper.model import Dimensions

LARGEST_DIMENSION = 1_000_000  # far above any Whisper; keeps a forged file from asking for terabytes


@dataclass(frozen=True, eq=False, slots=True)
class StoredWeights:
    """A checkpoint, read: not yet checked, not yet a network."""

    dims: Dimensions
    parameters: dict[str, torch.Tensor]  # OpenAI's name → tensor; 3 projections of an attention are 3 entries
    vocabulary: Path | None  # the file that lists the tokens; None: the format carries none
    settings: Path | None  # the JSON that may name the alignment heads; None: the format has none


def parameter_shapes(dims: Dimensions) -> dict[str, tuple[int, ...]]:
    """Every parameter of a Whisper of these dimensions, by OpenAI's name.

    The positions are among them, the encoder's too: they are computed ones, but every format stores them.
    """
    audio, text = dims.n_audio_state, dims.n_text_state
    shapes: dict[str, tuple[int, ...]] = {
        "encoder.positional_embedding": (dims.n_audio_ctx, audio),
        "encoder.conv1.weight": (audio, dims.n_mels, 3),
        "encoder.conv1.bias": (audio,),
        "encoder.conv2.weight": (audio, audio, 3),
        "encoder.conv2.bias": (audio,),
        **_norm("encoder.ln_post", audio),
        "decoder.positional_embedding": (dims.n_text_ctx, text),
        "decoder.token_embedding.weight": (dims.n_vocab, text),
        **_norm("decoder.ln", text),
    }
    for i in range(dims.n_audio_layer):
        shapes |= _block(f"encoder.blocks.{i}", audio)
    for i in range(dims.n_text_layer):
        shapes |= _block(f"decoder.blocks.{i}", text)
        shapes |= _attention(f"decoder.blocks.{i}.cross_attn", text)
    return shapes


def _block(name: str, state: int) -> dict[str, tuple[int, ...]]:
    """Self-attention and the two-layer perceptron, four times as wide inside."""
    return {
        **_attention(f"{name}.attn", state),
        **_linear(f"{name}.mlp.0", state, 4 * state),
        **_linear(f"{name}.mlp.2", 4 * state, state),
        **_norm(f"{name}.mlp_ln", state),
    }


def _attention(name: str, state: int) -> dict[str, tuple[int, ...]]:
    shapes = _norm(f"{name}_ln", state)
    for projection in ("query", "key", "value", "out"):
        shapes |= _linear(f"{name}.{projection}", state, state)
    del shapes[f"{name}.key.bias"]  # it would only add a constant to all scores, which softmax ignores
    return shapes


def _linear(name: str, n_in: int, n_out: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (n_out, n_in), f"{name}.bias": (n_out,)}


def _norm(name: str, state: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (state,), f"{name}.bias": (state,)}


def parameter_count(dims: Dimensions) -> int:
    """How many numbers a model of these dimensions has."""
    return sum(prod(shape) for shape in parameter_shapes(dims).values())


def check_dimensions(dims: Dimensions, source: str) -> None:
    """Refuse dimensions that no Whisper can have, before anything of their size is made."""
    for field in fields(dims):
        size = getattr(dims, field.name)
        if not isinstance(size, int) or not 0 < size <= LARGEST_DIMENSION:
            raise ValueError(f"{source}: {field.name} is {size!r}, which no Whisper model has")
    for state, heads in (("n_audio_state", "n_audio_head"), ("n_text_state", "n_text_head")):
        if getattr(dims, state) % getattr(dims, heads):
            raise ValueError(
                f"{source}: {state} {getattr(dims, state)} cannot be split into {getattr(dims, heads)} heads"
            )
    if dims.n_audio_state != dims.n_text_state:
        raise ValueError(f"{source}: encoder and decoder have different widths, so this is no Whisper model")


def check_parameters(parameters: Mapping[str, torch.Tensor], dims: Dimensions, source: str) -> None:
    """Refuse a checkpoint in which a parameter is missing, is not Whisper's, has a wrong shape, or is not a number."""
    shapes = parameter_shapes(dims)
    if missing := shapes.keys() - parameters.keys():
        raise ValueError(f"{source}: {_named(missing)} missing, so this is not a complete Whisper model")
    if unexpected := parameters.keys() - shapes.keys():
        raise ValueError(f"{source}: {_named(unexpected)} not part of a Whisper model of these dimensions")
    for name, shape in shapes.items():
        tensor = parameters[name]
        if tuple(tensor.shape) != shape:
            raise ValueError(f"{source}: {name} has shape {tuple(tensor.shape)} where {shape} belongs")
        # One sum instead of a mask as large as the tensor: NaN and infinity survive it, and float32 cannot overflow.
        if not tensor.is_floating_point() or not torch.isfinite(tensor.sum(dtype=torch.float32)):
            raise ValueError(f"{source}: {name} holds values that are not numbers; get the model again")


def _named(names: set[str]) -> str:
    """The first few names, with the verb that fits: "a.weight is", "a.weight, b.weight and 7 more are"."""
    first, rest = sorted(names)[:2], len(names) - 2
    listed = ", ".join(first) + (f" and {rest} more" if rest > 0 else "")
    return f"{listed} {'is' if len(names) == 1 else 'are'}"
