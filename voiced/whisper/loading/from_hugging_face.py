"""Reads weights from a Hugging Face folder: `config.json`, `model.safetensors` or its shards, a vocabulary.

Knows how the Transformers library names Whisper's parameters. Does not check that they are complete (see `parameters`).
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open

from voiced.whisper.dimensions import Dimensions, parameter_shapes
from voiced.whisper.loading.parameters import StoredWeights, as_parameter, check_dimensions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

WEIGHTS_FILE, INDEX_FILE = "model.safetensors", "model.safetensors.index.json"
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
        stored: dict[str, Any] = {}  # Hugging Face's name → the open file that holds it
        for path in _weight_files(folder):
            file = stack.enter_context(_open(path))
            stored |= dict.fromkeys(file.keys(), file)
        parameters = _parameters(stored, dims, folder, dtype)
    # Without a vocabulary, that of a package with as many tokens will do.
    vocabulary = next((path for name in VOCABULARIES if (path := folder / name).is_file()), None)
    return StoredWeights(dims, parameters, vocabulary, folder / "generation_config.json")


def _parameters(
    stored: dict[str, Any], dims: Dimensions, folder: Path, dtype: torch.dtype | None
) -> dict[str, torch.Tensor]:
    """Take each of Whisper's parameters out of the file that holds it; names left over are refused."""
    # A WhisperForConditionalGeneration puts this prefix before every name, a bare WhisperModel none.
    prefix = "model." if any(name.startswith("model.") for name in stored) else ""
    # OpenAI's name → Hugging Face's, of every parameter that a Whisper of these dimensions has.
    wanted = {name: prefix + hugging_face_name(name) for name in parameter_shapes(dims)}
    if unknown := sorted(stored.keys() - set(wanted.values()) - {OUTPUT_PARAMETER}):
        raise ValueError(f"{folder}: {unknown[0]} is not part of a Whisper model of the dimensions in config.json")
    # What is missing is told by `check_parameters`, for all formats alike.
    try:
        found = {name: stored[theirs].get_tensor(theirs) for name, theirs in wanted.items() if theirs in stored}
        # Stored twice, both must be one matrix.
        if (
            OUTPUT_PARAMETER in stored
            and EMBEDDING_PARAMETER in found
            and not torch.equal(stored[OUTPUT_PARAMETER].get_tensor(OUTPUT_PARAMETER), found[EMBEDDING_PARAMETER])
        ):
            raise ValueError(
                f"{folder}: {OUTPUT_PARAMETER} differs from the token embedding, which no Whisper model has"
            )
    except SafetensorError as error:
        raise ValueError(f"{folder}: the weights are damaged ({error}); get the model again") from error
    return {name: as_parameter(tensor, dtype, f"{folder}: {wanted[name]}") for name, tensor in found.items()}


def hugging_face_name(name: str) -> str:
    """OpenAI's name → Hugging Face's.

    `decoder.blocks.2.cross_attn.key.weight` → `decoder.layers.2.encoder_attn.k_proj.weight`.
    """
    # The perceptron's two layers have numbers in a sequence there, names here; the rest is translated part by part.
    name = name.replace(".mlp.0.", ".fc1.").replace(".mlp.2.", ".fc2.")
    return ".".join(NAME_PARTS.get(part, part) for part in name.split("."))


def _weight_files(folder: Path) -> Iterable[Path]:
    """Return the file of weights, or all shards that the index names; ValueError if one is not there."""
    if not (folder / INDEX_FILE).is_file():
        return [folder / WEIGHTS_FILE]
    shards = _json(folder / INDEX_FILE).get("weight_map")
    if not isinstance(shards, dict) or not shards:
        raise ValueError(f"{folder / INDEX_FILE} has no weight_map that says which file holds which parameter")
    # Shards lie beside their index: a name with a slash would lead out of the folder.
    names = sorted({str(name) for name in shards.values()})
    for name in names:
        if not (folder / name).is_file() or "/" in name:
            raise ValueError(f"{folder / INDEX_FILE} names {name}, which is not in the folder; get the model again")
    return [folder / name for name in names]


def _open(path: Path) -> Any:
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
        raise ValueError(f"{config}: model_type is {content.get('model_type')!r}, not 'whisper'")
    if missing := sorted(set(DIMENSIONS.values()) - content.keys()):
        raise ValueError(f"{config}: {missing[0]} is missing")
    dims = Dimensions(**{ours: content[theirs] for ours, theirs in DIMENSIONS.items()})
    check_dimensions(dims, str(config))
    return dims


def _json(path: Path) -> dict[str, Any]:
    """Read a JSON object; ValueError if it is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # no JSON, or not even text
        raise ValueError(f"{path} is damaged: it is not JSON ({error})") from error
    if isinstance(content, dict):
        return content
    raise ValueError(f"{path} is damaged: a JSON object belongs there")
