"""Files that are no model, or a broken one: each is refused with one clear sentence that says which file it is."""

from __future__ import annotations

import json
import os
import pickle
import struct
import zipfile
from random import Random
from typing import TYPE_CHECKING

import pytest
import torch

from tests.whisper.small_models import (
    HUGGING_FACE_CONFIG,
    TIED,
    Parameters,
    ctranslate2_variables,
    hugging_face_state,
    model_bin,
    random_parameters,
    write_ctranslate2,
    write_hugging_face,
    write_openai,
)
from voiced.whisper.loading.weights import load

if TYPE_CHECKING:
    from pathlib import Path


def sentence(path: Path) -> str:
    """Why the model cannot be loaded: one line that names something of the path it was given."""
    with pytest.raises((ValueError, OSError)) as caught:
        load(path)
    text = str(caught.value)
    assert str(path) in text, "it says which file"
    assert "\n" not in text.strip(), "one sentence"
    return text


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

    whole = model_bin(ctranslate2_variables(parameters), TIED)
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


def mutated(content: bytes, random: Random) -> bytes:
    """The content with a few bytes changed, lost or added, mostly where its tables are."""
    changed = bytearray(content)
    for _ in range(random.choice((1, 2, 5))):
        near = random.choice((4_000, len(changed)))
        at = random.choice((random.randrange(near), len(changed) - 1 - random.randrange(near)))
        match random.randrange(3):
            case 0:
                changed[at] ^= 1 << random.randrange(8)
            case 1:
                del changed[at : at + random.choice((1, 4, 64))]
            case _:
                changed[at:at] = random.randbytes(random.choice((1, 4)))
    return bytes(changed)


@pytest.mark.parametrize("kind", ["openai", "hugging_face", "ctranslate2"])
def test_damage_of_any_kind_is_one_sentence_or_harmless(tmp_path: Path, kind: str) -> None:
    parameters = random_parameters()
    if kind == "openai":
        model = damaged = write_openai(tmp_path / "m.pt", parameters)
    elif kind == "hugging_face":
        model = write_hugging_face(tmp_path / "hf", hugging_face_state(parameters))
        damaged = model / "model.safetensors"
    else:
        model = write_ctranslate2(tmp_path / "ct2", model_bin(ctranslate2_variables(parameters, torch.int8), TIED))
        damaged = model / "model.bin"
    whole, random, refusals = damaged.read_bytes(), Random(5), []
    for _ in range(40):
        damaged.write_bytes(mutated(whole, random))
        try:
            load(model)  # what changed may have been a weight: that cannot be seen
        except (ValueError, OSError) as error:
            refusals.append(str(error).strip())
    assert len(refusals) > 20
    assert not any("\n" in refusal for refusal in refusals)
