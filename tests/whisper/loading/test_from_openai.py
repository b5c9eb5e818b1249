"""OpenAI's checkpoints: small random ones arrive in the network as written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from tests.whisper.loading.small_packages import assert_holds
from tests.whisper.small_models import (
    DIMS,
    random_parameters,
    write_openai,
)
from voiced.whisper.loading.weights import load

if TYPE_CHECKING:
    from pathlib import Path


import os
import pickle
from typing import TYPE_CHECKING

from tests.whisper.loading.small_packages import sentence

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.mark.filterwarnings("error")
def test_how_a_pickle_was_written_draws_no_warning(tmp_path: Path) -> None:
    path = tmp_path / "other.pt"
    path.write_bytes(pickle.dumps({"a": 1}, protocol=4))
    assert "other.pt " in sentence(path)
