"""Hugging Face's folders: small random models arrive in the network as written."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
import torch

from tests.whisper.loading.small_packages import assert_holds, sentence
from tests.whisper.small_models import (
    HUGGING_FACE_CONFIG,
    Parameters,
    hugging_face_state,
    random_parameters,
    write_hugging_face,
)
from voiced.whisper.loading.weights import load


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


def test_hugging_face_folder_with_the_embedding_under_the_name_of_the_output_layer(tmp_path: Path) -> None:
    parameters = random_parameters()
    state = hugging_face_state(parameters)
    state["proj_out.weight"] = state.pop("model.decoder.embed_tokens.weight")
    assert_holds(load(write_hugging_face(tmp_path / "hf", state)), parameters)


def test_hugging_face_folder_with_tokenizer_json_only(tmp_path: Path) -> None:
    folder = write_hugging_face(tmp_path / "hf", hugging_face_state(random_parameters()))
    (folder / "vocab.json").rename(folder / "moved")
    vocabulary = json.loads((folder / "moved").read_text())
    (folder / "tokenizer.json").write_text(json.dumps({"model": {"vocab": vocabulary}}))
    assert load(folder).tokenizer.encode(" light") == [vocabulary["Ġlight"]]


def test_older_folders_hold_torch_files(tmp_path: Path) -> None:
    parameters = random_parameters()
    state = hugging_face_state(parameters)
    folder = write_hugging_face(tmp_path / "hf", state)
    (folder / "model.safetensors").unlink()
    torch.save(state | {"proj_out.weight": state["model.decoder.embed_tokens.weight"]}, folder / "pytorch_model.bin")
    assert_holds(load(folder), parameters)
    assert_holds(load(folder / "pytorch_model.bin"), parameters)

    names = sorted(state)
    parts = {"a.bin": names[::2], "b.bin": names[1::2]}
    for part, held in parts.items():
        torch.save({name: state[name] for name in held}, folder / part)
    (folder / "pytorch_model.bin").unlink()
    index = {name: part for part, held in parts.items() for name in held}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"weight_map": index}))
    assert_holds(load(folder), parameters)

    torch.save({"model.encoder.conv1.bias": "code"}, folder / "a.bin")
    assert "holds more than tensors" in sentence(folder)
    torch.save({"epoch": Path()}, folder / "a.bin")  # a class: only code can make it
    assert "could run code, so it is not read" in sentence(folder)


def test_heads_of_the_model_that_a_distilled_one_was_made_from_are_not_its_own(tmp_path: Path) -> None:
    folder = write_hugging_face(tmp_path / "hf", hugging_face_state(random_parameters()))
    (folder / "generation_config.json").write_text('{"alignment_heads": [[1, 0], [25, 6]]}')
    assert load(folder).alignment_heads == tuple(product((1, 2), range(4)))


def test_words_and_marks_that_were_added_to_the_vocabulary(tmp_path: Path) -> None:
    parameters = random_parameters()
    embedding = parameters["decoder.token_embedding.weight"]
    parameters["decoder.token_embedding.weight"] = torch.cat((embedding, embedding[:8]))
    folder = write_hugging_face(tmp_path / "hf", hugging_face_state(parameters))
    (folder / "config.json").write_text(json.dumps(HUGGING_FACE_CONFIG | {"vocab_size": 51_872}))
    marks = {"<|startoftranscript|>": 50_257, "<|translate|>": 50_357, "<|0.00|>": 50_363}
    added = marks | {"Ḫattuša": 51_864, "<|speaker|>": 51_865, " Maraššantiya": 51_866}
    (folder / "added_tokens.json").write_text(json.dumps(added))
    tokenizer = load(folder).tokenizer
    assert (tokenizer.n_vocab, tokenizer.n_languages, tokenizer.timestamp_begin) == (51_872, 99, 50_363)
    assert tokenizer.added == {51_864, 51_866}
    assert tokenizer.unwritten == (51_865, *range(51_867, 51_872))
    assert tokenizer.decode([50_363, 51_864, 51_866, 50_400]) == "Ḫattuša Maraššantiya"


def test_hugging_face_that_is_no_whisper(tmp_path: Path) -> None:
    state = hugging_face_state(random_parameters())

    def refused(state: Parameters = state, **config: object) -> str:
        folder = write_hugging_face(tmp_path / "hf", state)
        (folder / "config.json").write_text(json.dumps(HUGGING_FACE_CONFIG | config))
        return sentence(folder)

    assert "model_type is 'bert', not 'whisper'" in refused(model_type="bert")
    assert "n_mels is None" in refused(num_mel_bins=None)
    assert "activation_function is 'relu', which no Whisper model has" in refused(activation_function="relu")
    assert "windows of 15 s; only Whisper's windows of 30 s (1500 positions)" in refused(max_source_positions=750)
    assert "n_text_layer is 100000000, which no Whisper model has" in refused(decoder_layers=100_000_000)
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
