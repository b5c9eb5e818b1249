"""Model files out of the installed package: found without importing it, and checked."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from voiced.errors import ModelError
from voiced.foundations.onnx_session import SHA256, packaged_model

if TYPE_CHECKING:
    from pathlib import Path


def fake_package(folder: Path) -> Path:
    models = folder / "openwakeword" / "resources" / "models"
    models.mkdir(parents=True)
    (folder / "openwakeword" / "__init__.py").touch()
    return models


@pytest.mark.parametrize("name", SHA256)
def test_every_file_is_there_and_right(name: str) -> None:
    assert packaged_model(name).name == name


def test_the_package_is_not_imported() -> None:
    program = (
        "import sys; from voiced.wake.detector import WakeWord, WakeWordDetector; from voiced.audio.vad import Vad\n"
        "WakeWordDetector([WakeWord()]); Vad()\n"
        "assert not {'openwakeword', 'scipy', 'sklearn', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_damaged_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (fake_package(tmp_path) / "silero_vad.onnx").write_bytes(b"damaged")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "openwakeword", raising=False)
    with pytest.raises(ModelError, match=r"silero_vad\.onnx: .*wrong SHA-256.*reinstall it: pip install"):
        packaged_model("silero_vad.onnx")


def test_a_missing_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_package(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "openwakeword", raising=False)
    with pytest.raises(ModelError, match=r"silero_vad\.onnx: cannot be read \(No such file or directory\)"):
        packaged_model("silero_vad.onnx")


def test_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "openwakeword", raising=False)
    with pytest.raises(ModelError, match="openwakeword is not installed: pip install"):
        packaged_model("silero_vad.onnx")
