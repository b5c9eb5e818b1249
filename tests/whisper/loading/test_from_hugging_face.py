"""Hugging Face's folders: small random models arrive in the network as written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.whisper.loading.small_packages import assert_holds
from tests.whisper.small_models import (
    Parameters,
    hugging_face_state,
    random_parameters,
    write_hugging_face,
)
from voiced.whisper.loading.weights import load

if TYPE_CHECKING:
    from pathlib import Path


from typing import TYPE_CHECKING

from tests.whisper.loading.small_packages import sentence
from tests.whisper.small_models import (
    HUGGING_FACE_CONFIG,
)

if TYPE_CHECKING:
    from pathlib import Path


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
