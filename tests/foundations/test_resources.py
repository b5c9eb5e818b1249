"""Where files lie: shipped ones exist, and the config that is nearest is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiced.foundations.resources import find_config, shipped


@pytest.mark.parametrize("name", ["intents", "systemd", "config.example.yaml"])
def test_what_ships_is_there(name: str) -> None:
    assert shipped(name).exists()


def test_the_nearest_config_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_config(Path("asked.yaml")) == Path("asked.yaml")
    users = tmp_path / ".config/voiced/config.yaml"
    users.parent.mkdir(parents=True)
    users.touch()
    assert find_config(None) == users
    Path("config.yaml").touch()
    assert find_config(None) == Path("config.yaml")
