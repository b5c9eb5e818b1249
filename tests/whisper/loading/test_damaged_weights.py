"""Files that are no model, or a broken one: each is refused with one clear sentence that says which file it is."""

from __future__ import annotations

import struct
import zipfile
from random import Random
from typing import TYPE_CHECKING

import pytest
import torch

from tests.whisper.loading.small_packages import sentence
from tests.whisper.small_models import (
    TIED,
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


def test_files_that_are_no_model(tmp_path: Path) -> None:
    (tmp_path / "empty.pt").write_bytes(b"")
    assert "is empty" in sentence(tmp_path / "empty.pt")
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


def test_truncated_files(tmp_path: Path) -> None:
    parameters = random_parameters()
    whole = write_openai(tmp_path / "m.pt", parameters).read_bytes()
    for size in (10, 1000, len(whole) // 2, len(whole) - 100):
        (tmp_path / "m.pt").write_bytes(whole[:size])
        assert f"cut short: it has only {size} bytes" in sentence(tmp_path / "m.pt")

    folder = write_hugging_face(tmp_path / "hf", hugging_face_state(parameters))
    whole = (folder / "model.safetensors").read_bytes()
    for size in (4, 1000, len(whole) - 1):
        (folder / "model.safetensors").write_bytes(whole[:size])
        assert "damaged or not in the safetensors format" in sentence(folder)

    whole = model_bin(ctranslate2_variables(parameters), TIED)
    for size in (3, 9, 30, 200, 1000, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        folder = write_ctranslate2(tmp_path / "ct2", whole[:size])
        assert f"cut short: it has only {size} bytes" in sentence(folder)


def test_an_archive_of_several_disks(tmp_path: Path) -> None:
    """Fuzzing found it: the library that tells whether this is an archive raises an error of its own."""
    whole = write_openai(tmp_path / "m.pt", random_parameters()).read_bytes()
    end = whole.rindex(b"PK\5\6")
    several = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 2)  # where the end in 64 bits lies: on one of two disks
    (tmp_path / "m.pt").write_bytes(whole[:end] + several + whole[end:])
    assert "get the model again" in sentence(tmp_path / "m.pt")


def test_compressed_archives_are_not_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(10_000_000))
    assert "is a compressed archive, not a PyTorch checkpoint" in sentence(tmp_path / "m.pt")


@pytest.mark.parametrize("content", ["{", "[]", '{"alignment_heads": [1]}', '{"alignment_heads": 7}'])
def test_damaged_alignment_heads(tmp_path: Path, content: str) -> None:
    folder = write_ctranslate2(tmp_path / "ct2", model_bin(ctranslate2_variables(random_parameters())))
    (folder / "config.json").write_text(content)
    with pytest.raises(ValueError, match=r"config\.json is damaged: no alignment heads can be read from it"):
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
