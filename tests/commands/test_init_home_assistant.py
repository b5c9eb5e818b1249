"""`voiced init --home-assistant`: a house without any YAML, tried before anything is written."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from tests.broker import free_port
from tests.home_assistant.fake import TOKEN, FakeHomeAssistant
from voiced.cli import main
from voiced.commands.init_home_assistant import config_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHomeAssistant]:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    with FakeHomeAssistant() as fake:
        fake.expose(light__desk="Desk lamp")
        yield fake


def given(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{token}\n"))


@pytest.mark.slow
def test_it_writes_tries_and_tells(
    home: FakeHomeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given(monkeypatch, TOKEN)
    assert main(["init", str(tmp_path / "voice"), "--home-assistant", f"{home.url}/"]) == 0
    told = capsys.readouterr().out
    assert f"Home Assistant at {home.url} has 1 area, 1 floor and 1 entity, and speaks en" in told
    (example,) = [line.partition(": ")[2] for line in told.splitlines() if line.startswith("say for example")]
    token = tmp_path / "voice/home-assistant.token"
    assert token.read_text() == f"{TOKEN}\n"
    assert token.stat().st_mode & 0o777 == 0o600
    assert TOKEN not in told
    assert not (tmp_path / "voice/intents").exists()
    config = str(tmp_path / "voice/config.yaml")
    assert main(["check", "--config", config]) == 0
    assert main(["say", "--config", config, example]) == 0
    assert "Desk lamp" in capsys.readouterr().out


def test_the_token_may_be_in_a_file(
    home: FakeHomeAssistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").write_text(TOKEN)
    copied = f"{home.url}/lovelace/0"  # as the browser shows it
    arguments = ["--home-assistant", copied, "--token-file", str(tmp_path / "mine"), "--json"]
    assert main(["init", str(tmp_path / "voice"), *arguments]) == 0
    files = [json.loads(line)["file"] for line in capsys.readouterr().out.splitlines()]
    assert files[:2] == [str(tmp_path / "voice/home-assistant.token"), str(tmp_path / "voice/config.yaml")]
    assert f"url: {home.url} " in (tmp_path / "voice/config.yaml").read_text()


@pytest.mark.parametrize("token", ["", "two words", "schlüssel"])
def test_what_is_no_token(
    token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given(monkeypatch, token)
    assert main(["init", str(tmp_path / "voice"), "--home-assistant", "http://127.0.0.1:1"]) == 1
    assert "that is no token" in capsys.readouterr().err


def test_nothing_is_written_with_a_wrong_token(
    home: FakeHomeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given(monkeypatch, "wrong")
    assert main(["init", str(tmp_path / "voice"), "--home-assistant", home.url]) == 78
    assert "refuses the token" in capsys.readouterr().err
    assert not (tmp_path / "voice").exists()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("home", "must be an address such as"),
        ("", "--home-assistant '': must be an address such as"),
        (f"http://127.0.0.1:{free_port()}", "Connection refused"),
        ("http://no.such.invalid", "cannot reach Home Assistant"),
    ],
)
def test_no_home_assistant_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str, told: str
) -> None:
    given(monkeypatch, TOKEN)
    assert main(["init", str(tmp_path / "voice"), "--home-assistant", url]) == 1
    assert told in capsys.readouterr().err
    assert not (tmp_path / "voice").exists()


def test_a_config_that_is_there_stays(
    home: FakeHomeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.yaml").write_text("site: mine\n")
    given(monkeypatch, TOKEN)
    assert main(["init", str(tmp_path), "--home-assistant", home.url]) == 0
    assert (tmp_path / "config.yaml").read_text() == "site: mine\n"
    told = capsys.readouterr().out
    assert f"set in {tmp_path}/config.yaml:" in told
    assert "  sentences: true" in told


def test_another_token_is_not_overwritten(
    home: FakeHomeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "home-assistant.token").write_text("older")
    given(monkeypatch, TOKEN)
    assert main(["init", str(tmp_path), "--home-assistant", home.url]) == 1
    assert "home-assistant.token holds another token" in capsys.readouterr().err
    assert not (tmp_path / "config.yaml").exists()


def test_a_file_without_an_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "voice"), "--token-file", "mine"]) == 1
    assert "--token-file is for --home-assistant URL" in capsys.readouterr().err


def test_another_language_needs_a_model_that_knows_it() -> None:
    assert "\n  model: tiny.en " in config_text("http://home:8123", "en")
    assert "\n  model: base " in config_text("http://home:8123", "de-AT")
