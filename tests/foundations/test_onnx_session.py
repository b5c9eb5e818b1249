"""Model files, those that ship and those of the package openwakeword: found without importing it, and checked."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from voiced.errors import ModelError
from voiced.foundations import onnx_session
from voiced.foundations.onnx_session import LISTENING, SHA256, openwakeword_model, shipped_model

if TYPE_CHECKING:
    from pathlib import Path


WORDS = [name for name in SHA256 if name.endswith("_v0.1.onnx")]  # openWakeWord's


@pytest.mark.parametrize("name", SHA256.keys() - WORDS)
def test_what_ships_is_there_and_right(name: str) -> None:
    assert shipped_model(name).name == name


@pytest.mark.parametrize("name", WORDS)
def test_every_word_of_openwakeword_is_there_and_right(name: str) -> None:
    assert openwakeword_model(name).name == name


@pytest.mark.parametrize("name", LISTENING)
def test_what_ships_is_openwakewords(name: str) -> None:
    """The networks of the package that tests install are the ones that ship."""
    assert openwakeword_model(name).read_bytes() == shipped_model(name).read_bytes()


def test_the_package_is_not_imported() -> None:
    program = (
        "import sys; from voiced.wake.detector import WakeWord, WakeWordDetector; from voiced.audio.vad import Vad\n"
        "WakeWordDetector([WakeWord()]); Vad()\n"
        "assert not {'openwakeword', 'scipy', 'sklearn', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of the models of an installed openwakeword that lacks them."""
    models = tmp_path / "openwakeword" / "resources" / "models"
    models.mkdir(parents=True)
    (tmp_path / "openwakeword" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "openwakeword", raising=False)
    return models


def test_a_damaged_word(package: Path) -> None:
    (package / "alexa_v0.1.onnx").write_bytes(b"damaged")
    with pytest.raises(ModelError, match=r"alexa_v0\.1\.onnx: .*0\.4\.0 \(wrong SHA-256\); reinstall it: pip"):
        openwakeword_model("alexa_v0.1.onnx")


@pytest.mark.usefixtures("package")
def test_a_missing_word() -> None:
    with pytest.raises(ModelError, match=r"alexa_v0\.1\.onnx: cannot be read \(No such file or directory\)"):
        openwakeword_model("alexa_v0.1.onnx")


def test_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "openwakeword", raising=False)
    with pytest.raises(ModelError, match="openWakeWord, which is not installed: pip install --no-deps openwakeword=="):
        openwakeword_model("alexa_v0.1.onnx")


def test_a_damaged_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_session, "NETWORKS", tmp_path)
    with pytest.raises(ModelError, match=r"silero_vad\.onnx: cannot be read .*; reinstall voiced"):
        shipped_model("silero_vad.onnx")
    (tmp_path / "silero_vad.onnx").write_bytes(b"damaged")
    with pytest.raises(ModelError, match=r"silero_vad\.onnx: is not the file of voiced \(wrong SHA-256\); reinstall"):
        shipped_model("silero_vad.onnx")
