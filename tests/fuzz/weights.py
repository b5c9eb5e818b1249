"""Fuzz target: files of a model. Whatever is in them, reading is done or refused with one sentence.

An input is one byte that says which file it becomes, and that file's content; the files beside it are whole. Models are
tiny, but for what every Whisper has: 1500 positions of the encoder.
"""

from __future__ import annotations

import io
import json
import os
from dataclasses import asdict
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import torch
from safetensors.torch import save

from tests.whisper.small_models import (
    TIED,
    ctranslate2_variables,
    hugging_face_config,
    hugging_face_state,
    model_bin,
    random_parameters,
)
from voiced.whisper.dimensions import Dimensions
from voiced.whisper.loading.location import Located
from voiced.whisper.loading.vocabulary import read_vocabulary
from voiced.whisper.loading.weights import alignment_heads, read
from voiced.whisper.tokenizer import make_tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterable

DIMS = Dimensions(80, 1500, 4, 2, 1, 40, 12, 4, 2, 1)
ENGLISH_TOKENS = 51_864


@cache
def _whole() -> dict[str, bytes]:
    """Content of every file, as it should be."""
    parameters = random_parameters(dims=DIMS)
    state = hugging_face_state(parameters)
    weights, index = list(state), dict.fromkeys(state, "model.safetensors")
    heads = {"alignment_heads": [[0, 1]]}
    return {
        "openai.pt": _saved({"dims": asdict(DIMS), "model_state_dict": parameters}),
        "hf/config.json": json.dumps(hugging_face_config(DIMS)).encode(),
        "hf/model.safetensors": save({name: state[name] for name in weights}),
        "hf/model.safetensors.index.json": json.dumps({"weight_map": index}).encode(),
        "hf/generation_config.json": json.dumps(heads).encode(),
        "old/pytorch_model.bin": _saved(state),
        "ct2/model.bin": model_bin(ctranslate2_variables(parameters, torch.int8, DIMS), TIED),
        "ct2/config.json": json.dumps(heads).encode(),
        "words/vocab.json": json.dumps({"a": 0, "b": 1, "<|endoftext|>": 2}).encode(),
        "words/added_tokens.json": json.dumps({"<|translate|>": 51_000}).encode(),
        "words/tokenizer.json": json.dumps({"model": {"vocab": {"a": 0}}, "added_tokens": []}).encode(),
        "words/vocabulary.txt": b"!\n\xc4\xa0t\n<|endoftext|>\n",
    }


def seeds() -> list[bytes]:
    """Return whole files, each behind its number, and some that other programs leave."""
    whole = [bytes([number]) + content for number, content in enumerate(_whole().values())]
    others = [b"", b"<!DOCTYPE html>", b"lmgg", b"GGUF", b"[" * 5000, b'{"a":' * 5000, b"1" * 5000, b"\x80\x02}q\x00."]
    return whole + [bytes([number]) + content for number in range(len(_whole())) for content in others]


def target(data: bytes) -> None:
    """Read the model that one file belongs to; anything but a ValueError or OSError of one line is a fault."""
    names = list(_whole())
    name = names[data[0] % len(names)] if data else names[0]
    folder = _folder()
    path = folder / name
    path.write_bytes(data[1:])
    try:
        _read(folder, name)
    except (ValueError, OSError) as error:
        said = str(error).strip()
    else:
        said = ""
    finally:
        path.write_bytes(_whole()[name])
    assert "\n" not in said, f"not one line: {said}"


def _read(folder: Path, name: str) -> None:
    if name.startswith("words/"):
        ranks, names = read_vocabulary(folder / (name if "added" not in name else "words/vocab.json"))
        make_tokenizer(ranks, ENGLISH_TOKENS, names)
        return
    path = folder / (name if name == "openai.pt" else name.partition("/")[0])
    alignment_heads(read(Located(path.name, path), torch.float32))


@cache
def _folder() -> Path:
    """Return a folder with every file in it; its own for each process."""
    folder = Path(mkdtemp(prefix=f"voiced-fuzz-{os.getpid()}-"))
    _write(folder, _whole().items())
    whole = _whole()
    beside = {"old/config.json": whole["hf/config.json"], "ct2/vocabulary.json": b'["a"]'}
    _write(folder, beside.items())
    return folder


def _write(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    for name, content in files:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)


def _saved(content: object) -> bytes:
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()
