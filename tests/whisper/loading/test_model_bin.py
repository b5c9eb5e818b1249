"""CTranslate2's `model.bin`: the table, parts that are cut anywhere, and damage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from tests.whisper.loading.small_packages import assert_holds, split_package
from tests.whisper.small_models import (
    TIED,
    ctranslate2_variables,
    model_bin,
    random_parameters,
)
from voiced.whisper.loading.model_bin import ModelBin
from voiced.whisper.loading.weights import load

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("cuts", [(), (3,), (700,), (5, 6, 7), (600_000, 1_200_000)], ids=str)
def test_parts_may_be_cut_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cuts: tuple[int, ...]) -> None:
    parameters = random_parameters()
    content = model_bin(ctranslate2_variables(parameters), TIED)
    split_package(tmp_path, monkeypatch, content, cuts)
    assert_holds(load("tiny.en"), parameters)


def test_the_table_and_what_it_names(tmp_path: Path) -> None:
    matrix = torch.arange(6, dtype=torch.float16).reshape(2, 3)
    path = tmp_path / "model.bin"
    path.write_bytes(model_bin({"a/weight": matrix, "a/heads": torch.tensor(4, dtype=torch.int16)}, {"b": "a/weight"}))
    with ModelBin([path]) as stored:
        assert (stored.specification, stored.revision) == ("WhisperSpec", 3)
        assert stored.variables.keys() == {"a/weight", "a/heads", "b"}
        assert torch.equal(stored.tensor("b"), matrix)
        assert int(stored.tensor("a/heads")) == 4
        rows = stored.mapped_rows("a/weight")
        assert rows is not None
        assert torch.equal(rows, matrix.view(torch.uint8))


def test_rows_in_two_parts_cannot_be_mapped(tmp_path: Path) -> None:
    matrix = torch.arange(6, dtype=torch.float16).reshape(2, 3)
    content = model_bin({"weight": matrix})
    cut = content.index(matrix.view(torch.uint8).numpy().tobytes()) + 5
    parts = [tmp_path / "part1", tmp_path / "part2"]
    for path, part in zip(parts, (content[:cut], content[cut:]), strict=True):
        path.write_bytes(part)
    with ModelBin(parts) as stored:
        assert stored.mapped_rows("weight") is None
        assert torch.equal(stored.tensor("weight"), matrix)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (model_bin({}, version=3), "not a CTranslate2 model that can be read here"),
        (model_bin({}, {"b": "nothing"}), "b stands for nothing, which is not in it"),
        (model_bin({"weight": torch.ones(4)})[:-10], "is cut short"),
        (model_bin({"weight": torch.ones(4)}).replace(b"weight", b"w\neigh"), "a variable in it is called"),
    ],
    ids=["version", "alias", "end", "name"],
)
def test_damage_is_one_sentence(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=problem):
        ModelBin([path])
