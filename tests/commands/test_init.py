"""`voiced init`: what is written, what is kept, and where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.cli import main

if TYPE_CHECKING:
    import pytest


def test_init_writes_what_check_accepts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "voice")]) == 0
    capsys.readouterr()
    assert main(["check", "--config", str(tmp_path / "voice/config.yaml")]) == 0
    assert f"in {tmp_path}/voice/intents" in capsys.readouterr().out


def test_init_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", str(tmp_path)])
    (tmp_path / "config.yaml").write_text("site: mine\n")
    (tmp_path / "intents/lights.yaml").unlink()
    assert main(["init", str(tmp_path)]) == 0
    assert "nothing was written" in capsys.readouterr().out
    assert (tmp_path / "config.yaml").read_text() == "site: mine\n"
    assert not (tmp_path / "intents/lights.yaml").exists()


def test_init_where_nothing_can_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["init", str(tmp_path / "file")]) == 1
    assert (
        capsys.readouterr().err
        == f"voiced: {tmp_path}/file is not a folder; name one, or leave it out for ~/.config/voiced\n"
    )


def test_the_schemas_named_in_the_files_are_written(tmp_path: Path) -> None:
    main(["init", str(tmp_path)])
    for path in [tmp_path / "config.yaml", *(tmp_path / "intents").glob("*.yaml")]:
        first = path.read_text().splitlines()[0]
        schema = path.parent / first.removeprefix("# yaml-language-server: $schema=")
        assert json.loads(schema.read_text())["type"] == "object", first


def test_init_writes_where_every_command_looks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 0
    told = capsys.readouterr().out
    assert f"wrote {tmp_path}/.config/voiced/config.yaml" in told
    assert "voiced check\n" in told
    assert main(["check"]) == 0
    assert f"settings: {tmp_path}/.config/voiced/config.yaml" in capsys.readouterr().out


def test_init_elsewhere_names_the_config_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "voice"]) == 0
    assert "voiced check --config voice/config.yaml\n" in capsys.readouterr().out
    assert (tmp_path / "voice/config.yaml").is_file()


def test_init_says_what_it_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.yaml").write_text("site: mine\n")
    assert main(["init", "."]) == 0
    assert "kept config.yaml, which was there already\nwrote intents/" in capsys.readouterr().out


def test_init_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.yaml").write_text("site: mine\n")
    assert main(["init", "--json", str(tmp_path)]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told[0] == {"file": str(tmp_path / "config.yaml"), "written": False}
    assert {"file": str(tmp_path / ".schema/config.json"), "written": True} in told
    assert all(Path(one["file"]).is_file() for one in told)
