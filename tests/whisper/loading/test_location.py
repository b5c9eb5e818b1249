"""Where a model's files lie, and whether they are the published ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.whisper.loading.small_packages import split_package
from tests.whisper.small_models import (
    TIED,
    ctranslate2_variables,
    model_bin,
    random_parameters,
)
from voiced.whisper.loading.location import Located, check_sha256, locate
from voiced.whisper.loading.weights import load


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


def test_a_known_name_wins_over_a_file_unless_it_is_written_as_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("tiny.en", "mine"):
        (tmp_path / name).write_bytes(b"")
    assert locate("tiny.en").published is not None
    assert locate("./tiny.en") == Located("tiny.en", Path("tiny.en"))
    assert locate("mine") == Located("mine", Path("mine"))


def test_a_tilde_is_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert locate("~/mine.pt").path == tmp_path / "mine.pt"


def test_every_byte_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"abc")
    check_sha256(path, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")  # FIPS 180-2's example
    path.write_bytes(b"abd")
    with pytest.raises(ValueError, match="is not the published file"):
        check_sha256(path, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
