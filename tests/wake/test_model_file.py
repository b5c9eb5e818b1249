"""Where wake words are: known by name, of one's own by path, and what is refused before anything is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from voiced.errors import ModelError
from voiced.wake.model_file import OPENWAKEWORD, SHIPPED, find, find_all

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", SHIPPED)
def test_a_word_that_ships_may_be_used_for_anything(name: str) -> None:
    file = find(name)
    assert (file.name, file.path.name, file.bundled, file.non_commercial) == (name, f"{name}.npz", True, False)
    assert file.path.is_file()


@pytest.mark.parametrize("name", OPENWAKEWORD)
def test_a_word_of_openwakeword_may_not(name: str) -> None:
    file = find(name)
    assert (file.name, file.path.name, file.bundled, file.non_commercial) == (name, f"{name}_v0.1.onnx", True, True)
    assert file.path.is_file()


@pytest.mark.parametrize("suffix", [".onnx", ".npz"])
def test_a_file_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / f"computer{suffix}").touch()
    file = find(f"~/computer{suffix}")
    assert (file.name, file.path, file.bundled) == ("computer", tmp_path / f"computer{suffix}", False)
    assert not file.non_commercial


def test_an_unknown_word_names_those_known() -> None:
    with pytest.raises(ModelError, match=r"unknown wake word 'hey_siri'; known are hey_jarvis, .*\.onnx") as raised:
        find("hey_siri")
    assert str(raised.value).endswith("see `voiced manual wake-words`")


def test_a_missing_file() -> None:
    with pytest.raises(ModelError, match=r"nowhere/word\.onnx: no such model file"):
        find("nowhere/word.onnx")


def test_all_in_order_and_each_once() -> None:
    assert [file.name for file in find_all(["timer", "alexa"])] == ["timer", "alexa"]
    with pytest.raises(ModelError, match="'alexa' is listed twice"):
        find_all(["alexa", "hey_jarvis", "alexa"])
