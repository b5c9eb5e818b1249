"""Files that are something else than a model by their first bytes: the sentence says what they are."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

import pytest

from tests.whisper.loading.small_packages import sentence
from voiced.whisper.loading.plain_files import check_kind, read_json

if TYPE_CHECKING:
    from pathlib import Path

KINDS = [
    (struct.pack("<I", 0x67676D6C) + bytes(40), "a model of whisper.cpp (ggml)"),
    (b"GGUF" + bytes(40), "whisper.cpp (GGUF)"),
    (b"\n  <!DOCTYPE html><html><title>Not found</title>", "a web page (HTML), not a model; the download went wrong"),
    (b"<HTML><body>403", "a web page (HTML)"),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:00", "a pointer of Git LFS"),
    (b'{"error": "Repository not found"}', "JSON text, not a model"),
    (b"\x89HDF\r\n\x1a\n", "TensorFlow weights (HDF5)"),
    (b"\x1f\x8b\x08" + bytes(40), "a compressed archive"),
    (bytes(257) + b"ustar", "a tar archive"),
    (b"RIFF\x24\x00\x00\x00WAVEfmt ", "a recording, not a model"),
    (b"", "is empty"),
]


@pytest.mark.parametrize(("content", "expected"), KINDS, ids=[kind for _, kind in KINDS])
@pytest.mark.parametrize("name", ["mine.pt", "model.bin", "model.safetensors", "pytorch_model.bin"])
def test_the_sentence_says_what_it_is(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    (tmp_path / "vocabulary.json").write_text("[]")
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=r"is (?:a|empty|JSON|TensorFlow)") as refused:
        check_kind(tmp_path / name)
    assert expected in str(refused.value)
    assert str(tmp_path / name) in str(refused.value)
    if name in ("mine.pt", "model.bin"):
        assert expected in sentence(tmp_path / name)


def test_weights_of_other_programs_are_named(tmp_path: Path) -> None:
    (tmp_path / "ggml-base.bin").write_bytes(b"")
    assert "holds ggml-base.bin, in the format of whisper.cpp's ggml, which is not read here" in sentence(tmp_path)


def test_a_file_without_end_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pt")
    assert "is not a regular file" in sentence(tmp_path / "pipe.pt")
    (tmp_path / "model.bin").symlink_to("/dev/zero")
    (tmp_path / "vocabulary.json").write_text("[]")
    assert "is not a regular file" in sentence(tmp_path)


def test_json_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    for content, why in (
        (b"[" * 200_000, "nested too deeply"),
        (b"1" * 5000, "it is not JSON"),
        (b"\xff", "not text in UTF-8"),
        (b"<!doctype html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00", "a pointer of Git LFS; get the file with"),
        (b" " * ((64 << 20) + 1), "more than 64 MiB"),
    ):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=why):
            read_json(path)
