"""Reads weights in CTranslate2's format: `model.bin`, with `config.json` and a vocabulary beside it.

Knows how CTranslate2 names, stacks and quantises Whisper's parameters. Does not check that all of them are there (see
`parameters`), nor whether they are the ones expected (see `weights`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import torch

from voiced.whisper.dimensions import Dimensions
from voiced.whisper.loading.model_bin import ModelBin
from voiced.whisper.loading.parameters import StoredWeights, check_dimensions, in_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SPECIFICATION_REVISION = 3  # of CTranslate2's Whisper specification

# CTranslate2's module within a layer → OpenAI's within a block; several where it stacks their rows.
LAYER_MODULES = {
    "self_attention/layer_norm": ("attn_ln",),
    "self_attention/linear_0": ("attn.query", "attn.key", "attn.value"),
    "self_attention/linear_1": ("attn.out",),
    "attention/layer_norm": ("cross_attn_ln",),
    "attention/linear_0": ("cross_attn.query",),
    "attention/linear_1": ("cross_attn.key", "cross_attn.value"),
    "attention/linear_2": ("cross_attn.out",),
    "ffn/layer_norm": ("mlp_ln",),
    "ffn/linear_0": ("mlp.0",),
    "ffn/linear_1": ("mlp.2",),
}
# The same outside of layers.
MODULES = {
    "encoder/conv1": "encoder.conv1",
    "encoder/conv2": "encoder.conv2",
    "encoder/layer_norm": "encoder.ln_post",
    "encoder/position_encodings": "encoder",
    "decoder/layer_norm": "decoder.ln",
    "decoder/embeddings": "decoder.token_embedding",
    "decoder/position_encodings": "decoder",
}
# CTranslate2's parameter within a module → OpenAI's.
LEAVES = {"weight": "weight", "bias": "bias", "gamma": "weight", "beta": "bias", "encodings": "positional_embedding"}

# Switches of CTranslate2's general transformer, with the only value that makes it a Whisper.
SWITCHES = {
    "decoder/activation": 3,  # the exact GELU
    "decoder/alibi": 0,
    "decoder/pre_norm": 1,
    "decoder/scale_embeddings": 0,
    "decoder/start_from_zero_embedding": 0,
}
# Variables that say nothing about a Whisper.
IGNORED = {
    "decoder/alibi_use_positive_positions",  # details of what SWITCHES rules out
    "decoder/scale_alibi",
    "decoder/alignment_heads",  # another network's; Whisper's are in config.json
    "decoder/alignment_layer",
}
# Bytes of equal variables that a converter stores once: biases of zeros, not matrices.
MOST_SHARED_BYTES = 1 << 24
# Numbers of heads cannot be seen in any shape, so they are variables of their own.
HEAD_COUNTS = ("encoder/num_heads", "decoder/num_heads")
# One matrix in Whisper, which projects to the vocabulary by its token embedding.
OUTPUT_VARIABLE, EMBEDDING_VARIABLE = "decoder/projection/weight", "decoder/embeddings/weight"


def read_folder(folder: Path, dtype: torch.dtype | None) -> StoredWeights:
    """Read a folder as CTranslate2's converters write it; parameters and errors as in `read`."""
    for name in ("vocabulary.json", "vocabulary.txt"):
        if (folder / name).exists():
            return read((folder / "model.bin",), folder / "config.json", folder / name, dtype)
    raise ValueError(f"{folder} has a model.bin but neither vocabulary.json nor vocabulary.txt; copy it there")


def read(model: Sequence[Path], config: Path, vocabulary: Path, dtype: torch.dtype | None) -> StoredWeights:
    """Read a model whose `model.bin` may come in parts, in order.

    `dtype`: the floating-point type that parameters are converted to, None: as they are. Raises ValueError if this is
    no Whisper or is damaged, OSError if a file cannot be read.
    """
    with ModelBin(model) as stored:
        if (stored.specification, stored.revision) != ("WhisperSpec", SPECIFICATION_REVISION):
            raise ValueError(
                f"{stored.source} is a {stored.specification} of revision {stored.revision}, not a WhisperSpec of "
                f"revision {SPECIFICATION_REVISION}; convert the model again with a current CTranslate2"
            )
        # Is it a Whisper, and how large? Only then are its weights read.
        _check_switches(stored)
        dims = _dimensions(stored)
        check_dimensions(dims, stored.source)
        _check_size(stored)
        parameters = dict(_parameters(stored, dtype))
        # The token embedding in float16 can be looked up in the file itself, without being in memory.
        in_float16 = stored.variables[EMBEDDING_VARIABLE].dtype == torch.float16
        token_rows = stored.mapped_rows(EMBEDDING_VARIABLE) if in_float16 else None
    return StoredWeights(dims, parameters, vocabulary, config, token_rows)


def _check_switches(stored: ModelBin) -> None:
    """Raise ValueError if a switch has a value that no Whisper has, or if the output layer is not the embedding."""
    for name, value in SWITCHES.items():
        if name in stored.variables and (found := _setting(stored, name)) != value:
            raise ValueError(f"{stored.source}: {name} is {found}, which no Whisper model has")
    # The output layer is usually an alias of the embedding; a copy with equal numbers will do.
    output, embedding = (stored.variables.get(name) for name in (OUTPUT_VARIABLE, EMBEDDING_VARIABLE))
    if (
        output
        and output != embedding
        and not (embedding and torch.equal(stored.tensor(OUTPUT_VARIABLE), stored.tensor(EMBEDDING_VARIABLE)))
    ):
        raise ValueError(
            f"{stored.source}: {OUTPUT_VARIABLE} differs from {EMBEDDING_VARIABLE}, which no Whisper model has"
        )


def _check_size(stored: ModelBin) -> None:
    """Raise ValueError if other names of few variables would make more of the file than it holds."""
    named = sum(variable.size for name, variable in stored.variables.items() if name != OUTPUT_VARIABLE)
    if named > stored.size + MOST_SHARED_BYTES:
        raise ValueError(f"{stored.source} is damaged: it gives too many names to its variables")


def _dimensions(stored: ModelBin) -> Dimensions:
    """Find the dimensions in the shapes of variables, and in the numbers of layers and heads."""

    def size(name: str, axis: int) -> int:
        shape = stored.variables[name].shape if name in stored.variables else ()
        if axis >= len(shape):
            raise ValueError(f"{stored.source}: {name} is missing or has no axis {axis}, so this is no Whisper model")
        return shape[axis]

    def layers(stack: str) -> int:
        return len({m[1] for name in stored.variables if (m := re.match(rf"{stack}/layer_(\d+)/", name))})

    n_audio_head, n_text_head = (_setting(stored, name) for name in HEAD_COUNTS)
    return Dimensions(
        n_mels=size("encoder/conv1/weight", 1),
        n_audio_ctx=size("encoder/position_encodings/encodings", 0),
        n_audio_state=size("encoder/conv1/weight", 0),
        n_audio_head=n_audio_head,
        n_audio_layer=layers("encoder"),
        n_vocab=size("decoder/embeddings/weight", 0),
        n_text_ctx=size("decoder/position_encodings/encodings", 0),
        n_text_state=size("decoder/embeddings/weight", 1),
        n_text_head=n_text_head,
        n_text_layer=layers("decoder"),
    )


def _setting(stored: ModelBin, name: str) -> int:
    """Read a variable that is a single number; ValueError if it is not."""
    if name not in stored.variables or stored.variables[name].shape != ():
        raise ValueError(f"{stored.source}: {name} is missing or no single number, so this is no Whisper model")
    return int(stored.tensor(name))


def _parameters(stored: ModelBin, dtype: torch.dtype | None) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield every variable under OpenAI's names, unstacked and as floating-point numbers."""
    for name in stored.variables:
        if name in {*SWITCHES, *IGNORED, *HEAD_COUNTS, OUTPUT_VARIABLE} or name.endswith("/weight_scale"):
            continue
        targets = _openai_names(name)
        if not targets:
            raise ValueError(f"{stored.source}: {in_one_line(name)} is not part of a Whisper model")
        # (n_out, …), or several such matrices stacked: query, key and value → (3 * state, state).
        rows = _dequantised(stored, name)
        rows = rows.to(dtype or rows.dtype)
        if not rows.ndim or len(rows) % len(targets):
            raise ValueError(f"{stored.source}: {name} of shape {tuple(rows.shape)} is not {len(targets)} of a kind")
        for target, tensor in zip(targets, rows.chunk(len(targets)), strict=True):
            # Keys have no bias in Whisper. CTranslate2 stores one of zeros, since it stacks all three.
            if not target.endswith("key.bias"):
                yield target, tensor
            elif tensor.any():
                raise ValueError(f"{stored.source}: {name} has a bias for keys, which no Whisper model has")


def _openai_names(name: str) -> tuple[str, ...]:
    """Return OpenAI's names of a variable: several where its rows are stacked, none if it is not Whisper's.

    `decoder/layer_2/attention/linear_1/bias` → `decoder.blocks.2.cross_attn.key.bias` and `….value.bias`.
    """
    # "decoder/layer_2/attention/linear_1" and "bias"
    module, _, leaf = name.rpartition("/")
    if leaf not in LEAVES:
        return ()
    if in_layer := re.fullmatch(r"(encoder|decoder)/layer_(\d+)/(.+)", module):
        # "decoder", "2", "attention/linear_1": stacked are cross_attn.key and cross_attn.value.
        stack, i, module = in_layer.groups()
        return tuple(f"{stack}.blocks.{i}.{part}.{LEAVES[leaf]}" for part in LAYER_MODULES.get(module, ()))
    return (f"{MODULES[module]}.{LEAVES[leaf]}",) if module in MODULES else ()


def _dequantised(stored: ModelBin, name: str) -> torch.Tensor:
    """Read a variable as floating-point numbers; integers are divided by their scale."""
    values = stored.tensor(name)
    if values.is_floating_point():
        return values
    if f"{name}_scale" not in stored.variables:
        raise ValueError(f"{stored.source}: {name} holds integers but {name}_scale is missing")
    # One scale for each row (int8, from converters), or one in all (int16).
    scale = stored.tensor(f"{name}_scale").float()
    if scale.shape not in ((), values.shape[:1]):
        raise ValueError(f"{stored.source}: {name}_scale has shape {tuple(scale.shape)}, not one number a row")
    # (rows, …) / (rows, 1, …)
    return values.float().div_(scale.reshape(-1, *[1] * (values.ndim - 1)))
