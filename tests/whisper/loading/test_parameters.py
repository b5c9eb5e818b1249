"""Every parameter and dimension of a checkpoint is checked before a network is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from tests.whisper.loading.small_packages import sentence
from tests.whisper.small_models import (
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


def test_a_name_of_several_lines_is_told_in_one(tmp_path: Path) -> None:
    parameters = random_parameters() | {"decoder\nweight": torch.zeros(1)}
    for write, stored in ((write_openai, parameters), (write_hugging_face, hugging_face_state(parameters))):
        with pytest.raises(ValueError, match=r"decoder weight .* not part of a Whisper model"):
            load(write(tmp_path / write.__name__, stored))


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
        ({"n_audio_ctx": 10**400}, "n_audio_ctx is a number of 1329 bits, which no Whisper model has"),
        ({"n_mels": 10**400}, "n_mels is a number of 1329 bits, which no Whisper model has"),
        ({"n_mels": "80"}, "n_mels is '80', which no Whisper model has"),
        ({"n_mels": 81}, "n_mels is 81; Whisper models hear 80 or 128 mel bands"),
        ({"n_text_layer": True}, "n_text_layer is True, which no Whisper model has"),
        ({"n_text_layer": 1_000_000}, "n_text_layer is 1000000, which no Whisper model has"),
        ({"n_audio_ctx": 750}, r"750 positions \(max_source_positions\), for windows of 15 s; only .* windows of 30 s"),
        ({"n_text_state": 16}, "encoder and decoder have different widths"),
        ({"n_vocab": 51_000}, r"decoder.token_embedding.weight has shape \(51864, 8\) where \(51000, 8\) belongs"),
    ],
    ids=lambda it: next(iter(it)) if isinstance(it, dict) else "",
)
def test_dimensions_are_checked(tmp_path: Path, changes: dict[str, object], expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        load(write_openai(tmp_path / "m.pt", random_parameters(), **changes))
