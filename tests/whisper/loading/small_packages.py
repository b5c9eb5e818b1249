"""What tests of several formats share: a network that holds its parameters, a package cut in parts, one sentence."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
import torch

from tests.whisper.small_models import DIMS, Parameters, write_ctranslate2
from voiced.whisper.loading.checkpoints import PACKAGED, PackagedFile
from voiced.whisper.loading.weights import load

if TYPE_CHECKING:
    from pathlib import Path

    from voiced.whisper.loaded import LoadedModel


def assert_holds(loaded: LoadedModel, parameters: Parameters, tolerance: float = 0.0) -> None:
    """The network has these parameters, and computes."""
    state = loaded.model.state_dict()
    assert state.keys() == parameters.keys()
    for name, tensor in parameters.items():
        torch.testing.assert_close(state[name], tensor, atol=tolerance, rtol=0.0, msg=name)
    assert not any(parameter.requires_grad for parameter in loaded.model.parameters())
    features = loaded.model.encode(torch.randn(DIMS.n_mels, 12))
    hidden, _ = loaded.model.decode(torch.tensor([[loaded.tokenizer.sot]]), loaded.model.start(features))
    assert loaded.model.logits(hidden).shape == (1, 1, DIMS.n_vocab)


def split_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, cuts: tuple[int, ...]) -> None:
    """An importable package that carries the small model, its weights cut, in the place of tiny.en's."""
    folder = write_ctranslate2(tmp_path / "small_weights", content)
    names = []
    for i, (begin, end) in enumerate(zip((0, *cuts), (*cuts, len(content)), strict=True)):
        names.append(f"model.bin.{i}")
        (folder / names[-1]).write_bytes(content[begin:end])
    (folder / "__init__.py").write_text("raise AssertionError('a package with weights need not be imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    packaged = replace(
        PACKAGED["tiny.en"],
        weights=tuple(pinned(folder / name) for name in names),
        config=pinned(folder / "config.json"),
        vocabulary=pinned(folder / "vocabulary.json"),
    )
    monkeypatch.setitem(PACKAGED, "tiny.en", packaged)


def pinned(path: Path) -> PackagedFile:
    digest = sha256_of(path)
    return PackagedFile(path.parent.name, path.name, digest)


def sha256_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def sentence(path: Path) -> str:
    """Why the model cannot be loaded: one line that names something of the path it was given."""
    with pytest.raises((ValueError, OSError)) as caught:
        load(path)
    text = str(caught.value)
    assert str(path) in text, "it says which file"
    assert "\n" not in text.strip(), "one sentence"
    return text
