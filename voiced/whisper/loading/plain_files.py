"""Files from outside: what a file is by its first bytes, and its text or JSON if that is all it is.

A download that went wrong leaves a web page, a pointer or nothing under the name of a model; a model may be one of
another program. The sentence that refuses such a file says what it is. Only regular files of a bounded size are read.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 64 << 20  # of text; the largest tokenizer.json has 4 MB
_FIRST_BYTES = 512

# First bytes → what such a file is, and what to do.
_KINDS = (
    (b"(?:lmgg|ggml|tjgg|fmgg)", "a model of whisper.cpp (ggml), which is not read here; get it in another format"),
    (b"GGUF", "a model of llama.cpp or whisper.cpp (GGUF), which is not read here; get it in another format"),
    (rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|script|\?xml|!--)", "a web page (HTML), not a model; {again}"),
    (b"version https://git-lfs", "a pointer of Git LFS, not the model; get it with `git lfs pull`"),
    (rb"\x89HDF", "TensorFlow weights (HDF5), which are not read here; get model.safetensors"),
    (rb"\x1f\x8b|BZh|7z\xbc\xaf|\xfd7zXZ|\x28\xb5\x2f\xfd|Rar!", "a compressed archive, not a model; unpack it"),
    (rb".{257}ustar", "a tar archive, not a model; unpack it"),
    (rb"RIFF....WAVE|fLaC|OggS|ID3", "a recording, not a model"),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|%PDF", "a picture or document, not a model"),
    (rb"\x7fELF|#!", "a program, not a model"),
    (rb".{8}onnx|\x08.\x12.{0,2}(?:pytorch|onnx)", "an ONNX model, which is not read here; get model.safetensors"),
    (rb".{4}\x0c\x00WhisperSpec", "a CTranslate2 model; give its folder, with config.json and a vocabulary in it"),
    (rb'.{6}\x00\x00\s*\{"', "a safetensors file; give its folder, with config.json in it"),
    (rb"\s*[\[{]", "JSON text, not a model; {again}"),
)
# Names of weights that Transformers or other programs put into a model's folder, and whose they are.
_FOREIGN_NAMES = (
    ("*.gguf", "GGUF"),
    ("ggml-*.bin", "whisper.cpp's ggml"),
    ("tf_model.h5", "TensorFlow's HDF5"),
    ("flax_model.msgpack", "Flax"),
    ("*.onnx", "ONNX"),
    ("onnx/*.onnx", "ONNX"),
    ("openvino*.xml", "OpenVINO"),
    ("*.mlmodelc", "Core ML"),
)


def check_kind(path: Path, *wanted: str) -> None:
    """Raise ValueError that says what the file is if its first bytes show that it cannot be a model's weights.

    `wanted`: words in the names of kinds that are welcome. OSError if the file cannot be read.
    """
    # Opening a pipe would wait for somebody who writes into it.
    check_regular(path)
    with path.open("rb") as file:
        first = file.read(_FIRST_BYTES)
    if not first:
        raise ValueError(f"{path} is empty; get the model again")
    # The first pattern that fits says what it is. What none knows is left to the reader of the format.
    kind = next((kind for beginning, kind in _KINDS if re.match(beginning, first, re.DOTALL | re.IGNORECASE)), "")
    if kind and not any(word in kind for word in wanted):
        raise ValueError(f"{path} is {kind.format(again='the download went wrong, get it again')}")


def check_regular(path: Path) -> None:
    """Raise ValueError for pipes, devices and sockets, which may have no end; a missing file is told by opening it."""
    if path.exists() and not path.is_file():
        raise ValueError(f"{path} is not a regular file")


def foreign_weights(folder: Path) -> str:
    """Name the format of another program's weights in a folder and the file; "" if there are none."""
    for pattern, program in _FOREIGN_NAMES:
        if found := next(iter(sorted(folder.glob(pattern))), None):
            return f"{found.relative_to(folder)}, in the format of {program}"
    return ""


def read_json(path: Path) -> Any:
    """Read JSON. ValueError says why it is none, without the path; OSError if the file cannot be read."""
    text = read_text(path)
    try:
        # Python gives up by itself on deep nesting, and on numbers of thousands of digits.
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except ValueError as error:
        is_page = text.lstrip("\ufeff \t\r\n").lower().startswith(("<!doctype", "<html"))
        # Who clones a model's repository without LFS has such a line in place of each large file.
        if text.startswith("version https://git-lfs"):
            raise ValueError("it is a pointer of Git LFS; get the file with `git lfs pull`") from error
        raise ValueError("it is a web page (HTML)" if is_page else f"it is not JSON ({error})") from error


def read_text(path: Path) -> str:
    """Read UTF-8. ValueError says why it cannot be, without the path; OSError if the file cannot be read."""
    if path.exists() and not path.is_file():
        raise ValueError("it is not a regular file")
    with path.open("rb") as file:
        # One byte more than is allowed tells that there are more.
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES >> 20} MiB")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError("it is not text in UTF-8") from error
