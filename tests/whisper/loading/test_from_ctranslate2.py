"""CTranslate2's folders: small random models arrive in the network as written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from tests.whisper.loading.small_packages import assert_holds
from tests.whisper.small_models import (
    TIED,
    ctranslate2_variables,
    english_vocabulary,
    model_bin,
    random_parameters,
    write_ctranslate2,
)
from voiced.whisper.loading.weights import load

if TYPE_CHECKING:
    from pathlib import Path


import struct
from typing import TYPE_CHECKING

from tests.whisper.loading.small_packages import sentence

if TYPE_CHECKING:
    from pathlib import Path


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
