"""`voiced models`: what is installed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from voiced.cli import main

if TYPE_CHECKING:
    import pytest


def test_models_says_what_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--json"]) == 0
    models = {model["name"]: model for model in map(json.loads, capsys.readouterr().out.splitlines())}
    assert models["tiny.en"]["installed"]
    assert not models["large-v3"]["installed"]
    assert models["large-v3"]["languages"] == 100
