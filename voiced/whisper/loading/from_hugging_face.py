"""Reads weights from a Hugging Face folder: `config.json`, weights in one file or in shards, a vocabulary.

Weights are `model.safetensors` or, in older folders, `pytorch_model.bin`, of which only plain tensors are read.

Knows how the Transformers library names Whisper's parameters. Does not check that they are complete (see `parameters`).
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from safetensors import SafetensorError, safe_open

from voiced.whisper.dimensions import Dimensions, parameter_shapes
from voiced.whisper.loading.from_openai import unpickle
from voiced.whisper.loading.parameters import StoredWeights, as_parameter, check_dimensions, check_shapes, in_one_line
from voiced.whisper.loading.plain_files import check_kind, read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

# Hugging Face's name → a function that reads the tensor.
Stored: TypeAlias = "dict[str, Callable[[], torch.Tensor]]"

WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")  # the first of them that is there is read
INDEX_FILES = tuple(f"{name}.index.json" for name in WEIGHT_FILES)  # of weights in shards
VOCABULARIES = ("vocab.json", "tokenizer.json")

# Where each of OpenAI's dimensions stands in config.json.
DIMENSIONS = {
    "n_mels": "num_mel_bins",
    "n_audio_ctx": "max_source_positions",
    "n_audio_state": "d_model",
    "n_audio_head": "encoder_attention_heads",
    "n_audio_layer": "encoder_layers",
    "n_vocab": "vocab_size",
    "n_text_ctx": "max_target_positions",
    "n_text_state": "d_model",
    "n_text_head": "decoder_attention_heads",
    "n_text_layer": "decoder_layers",
}
# OpenAI's part of a name → Hugging Face's; what is not here has one name in both.
NAME_PARTS = {
    "blocks": "layers",
    "attn": "self_attn",
    "cross_attn": "encoder_attn",
    "query": "q_proj",
    "key": "k_proj",
    "value": "v_proj",
    "out": "out_proj",
    "attn_ln": "self_attn_layer_norm",
    "cross_attn_ln": "encoder_attn_layer_norm",
    "mlp_ln": "final_layer_norm",
    "ln_post": "layer_norm",
    "ln": "layer_norm",
    "token_embedding": "embed_tokens",
    "positional_embedding": "embed_positions.weight",
}
# Switches of the library's network, with the only value that makes it a Whisper.
SWITCHES = {"activation_function": "gelu", "scale_embedding": False}
# Whisper's output layer is its embedding; some writers store it twice.
OUTPUT_PARAMETER = "proj_out.weight"
EMBEDDING_PARAMETER = "decoder.token_embedding.weight"


def read_folder(folder: Path, dtype: torch.dtype | None) -> StoredWeights:
    """Read a folder as Transformers' `save_pretrained` writes it.

    `dtype`: the floating-point type that parameters are converted to, None: as they are. Raises ValueError if this is
    no Whisper or is damaged, OSError if a file cannot be read.
    """
    dims = _dimensions(folder / "config.json")
    # Open all shards first, so that each parameter can be taken from the one that holds it.
    with ExitStack() as stack:
        stored: Stored = {}
        for path in _weight_files(folder):
            stored |= _tensors(path, stack)
        parameters = _parameters(stored, dims, folder, dtype)
    # Without a vocabulary, that of a package with as many tokens will do.
    vocabulary = next((path for name in VOCABULARIES if (path := folder / name).is_file()), None)
    return StoredWeights(dims, parameters, vocabulary, folder / "generation_config.json")


def _parameters(stored: Stored, dims: Dimensions, folder: Path, dtype: torch.dtype | None) -> dict[str, torch.Tensor]:
    """Take each of Whisper's parameters out of the file that holds it; names left over are refused."""
    # A WhisperForConditionalGeneration puts this prefix before every name, a bare WhisperModel none.
    prefix = "model." if any(name.startswith("model.") for name in stored) else ""
    # OpenAI's name → Hugging Face's, of every parameter that a Whisper of these dimensions has.
    wanted = {name: prefix + hugging_face_name(name) for name in parameter_shapes(dims)}
    if unknown := sorted(stored.keys() - set(wanted.values()) - {OUTPUT_PARAMETER}):
        name = in_one_line(unknown[0])
        raise ValueError(f"{folder}: {name} is not part of a Whisper model of the dimensions in config.json")
    # What is missing is told by `check_shapes`, for all formats alike.
    try:
        found = {name: stored[theirs]() for name, theirs in wanted.items() if theirs in stored}
        if OUTPUT_PARAMETER in stored:
            # Stored once, it may be under the name of the output layer; stored twice, both must be one matrix.
            output = stored[OUTPUT_PARAMETER]()
            if not _is_one(found.setdefault(EMBEDDING_PARAMETER, output), output):
                raise ValueError(
                    f"{folder}: {OUTPUT_PARAMETER} differs from the token embedding, which no Whisper model has"
                )
    except SafetensorError as error:
        raise ValueError(f"{folder}: the weights are damaged ({error}); get the model again") from error
    # Names and shapes are right before any number is converted.
    check_shapes(found, dims, str(folder))
    return {name: as_parameter(tensor, dtype, f"{folder}: {wanted[name]}") for name, tensor in found.items()}


def _is_one(tensor: torch.Tensor, other: torch.Tensor) -> bool:
    # torch compares only what is alike in kind.
    kinds = {(it.shape, it.dtype, it.layout, it.device.type) for it in (tensor, other)}
    is_plain = tensor.layout == torch.strided and tensor.device.type == "cpu"
    return tensor is other or (len(kinds) == 1 and is_plain and torch.equal(tensor, other))


def hugging_face_name(name: str) -> str:
    """OpenAI's name → Hugging Face's.

    `decoder.blocks.2.cross_attn.key.weight` → `decoder.layers.2.encoder_attn.k_proj.weight`.
    """
    # The perceptron's two layers have numbers in a sequence there, names here; the rest is translated part by part.
    name = name.replace(".mlp.0.", ".fc1.").replace(".mlp.2.", ".fc2.")
    return ".".join(NAME_PARTS.get(part, part) for part in name.split("."))


def _weight_files(folder: Path) -> Iterable[Path]:
    """Return the file of weights, or all shards that the index names; ValueError if one is not there."""
    for weights, index in zip(WEIGHT_FILES, INDEX_FILES, strict=True):
        if (folder / index).is_file():
            return _shards(folder / index)
        if (folder / weights).exists():
            return [folder / weights]
    return [folder / WEIGHT_FILES[0]]


def _shards(index: Path) -> list[Path]:
    """Return the files that an index of shards names."""
    shards = _json(index).get("weight_map")
    if not isinstance(shards, dict) or not shards:
        raise ValueError(f"{index} has no weight_map that says which file holds which parameter")
    # Shards lie beside their index: a name with a slash would lead out of the folder.
    names = sorted({str(name) for name in shards.values()})
    for name in names:
        if "/" in name or "\0" in name or not index.with_name(name).is_file():
            shown = name if name.isprintable() else repr(name)
            raise ValueError(f"{index} names {shown}, which is not in the folder; get the model again")
    return [index.with_name(name) for name in names]


def _tensors(path: Path, stack: ExitStack) -> Stored:
    """Open a file of weights, until `stack` is closed; ValueError if it holds anything but tensors."""
    if path.suffix == ".safetensors":
        file = stack.enter_context(_open(path))
        return {name: partial(file.get_tensor, name) for name in file.keys()}  # noqa: SIM118 # it is no dictionary
    # torch has mapped the tensors: they are read when they are converted.
    content = unpickle(path)
    if not all(isinstance(tensor, torch.Tensor) for tensor in content.values()):
        raise ValueError(f"{path} holds more than tensors, so it is not the weights of a Whisper")
    return {str(name): partial(_same, tensor) for name, tensor in content.items()}


def _same(tensor: Any) -> Any:
    return tensor


def _open(path: Path) -> Any:
    check_kind(path, "safetensors")
    try:
        return safe_open(path, framework="pt")
    except SafetensorError as error:
        raise ValueError(
            f"{path} is damaged or not in the safetensors format ({error}); get the model again"
        ) from error


def _dimensions(config: Path) -> Dimensions:
    """Read the dimensions from config.json; ValueError if it is not a Whisper's."""
    content = _json(config)
    if content.get("model_type") != "whisper":
        raise ValueError(f"{config}: model_type is {str(content.get('model_type'))[:40]!r}, not 'whisper'")
    if missing := sorted(set(DIMENSIONS.values()) - content.keys()):
        raise ValueError(f"{config}: {missing[0]} is missing")
    for name, value in SWITCHES.items():
        if content.get(name, value) != value:
            raise ValueError(f"{config}: {name} is {str(content[name])[:40]!r}, which no Whisper model has")
    dims = Dimensions(**{ours: content[theirs] for ours, theirs in DIMENSIONS.items()})
    check_dimensions(dims, str(config))
    return dims


def _json(path: Path) -> dict[str, Any]:
    """Read a JSON object; ValueError if it is none."""
    try:
        content = read_json(path)
    except ValueError as error:  # no JSON, or not even text
        raise ValueError(f"{path} is damaged: {error}") from error
    if isinstance(content, dict):
        return content
    raise ValueError(f"{path} is damaged: a JSON object belongs there")
