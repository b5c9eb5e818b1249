"""Names of Home Assistant in the grammar of commands and of the daemon."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.broker import free_port
from tests.home_assistant.fake import TOKEN, FakeHomeAssistant
from voiced.cli import main
from voiced.config import load_config
from voiced.home_assistant.home import Home
from voiced.records.state import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SENTENCES = """
intents:
  HassTurnOn:
    data:
      - sentences: ["turn on [the] {name} [in the {area}]"]
        requires_context: {domain: light}
"""


@pytest.fixture
def home() -> Iterator[FakeHomeAssistant]:
    with FakeHomeAssistant() as fake:
        fake.expose(light__desk="Desk lamp", cover__gate="Gate")
        yield fake


def config(folder: Path, url: str, token: str = TOKEN, **more: Any) -> str:
    """Write a config with a token and intents; return its path."""
    (folder / "intents").mkdir(exist_ok=True)
    (folder / "intents/lights.yaml").write_text(SENTENCES)
    (folder / "token").write_text(f"{token}\n")
    (folder / "token").chmod(0o600)
    settings = {"home_assistant": {"url": url, "token_file": "token"} | more}
    (folder / "config.yaml").write_text(json.dumps(settings))
    return str(folder / "config.yaml")


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))


def test_say_knows_the_names(home: FakeHomeAssistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = config(tmp_path, home.url)
    assert main(["say", "--config", file, "turn on the desk lamp in the galley"]) == 0
    assert "HassTurnOn name='Desk lamp' area=Kitchen" in capsys.readouterr().out
    assert main(["say", "--config", file, "turn on the gate"]) == 1


def test_check_asks_only_when_it_must(
    home: FakeHomeAssistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = config(tmp_path, f"http://127.0.0.1:{free_port()}")
    assert main(["check", "--config", file]) == 0
    out = capsys.readouterr().out
    assert "Connection refused; its names are not known yet" in out
    assert "cannot be said without the lists name, area" in out
    assert main(["check", "--config", config(tmp_path, home.url)]) == 0
    assert "warning" not in capsys.readouterr().out


def test_a_wrong_token_at_check(home: FakeHomeAssistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = config(tmp_path, home.url, "wrong")
    assert main(["check", "--connect", "--config", file]) == 78
    assert "refuses the token" in capsys.readouterr().err


def test_without_a_token_file(home: FakeHomeAssistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = config(tmp_path, home.url)
    (tmp_path / "token").unlink()
    assert main(["check", "--config", file]) == 78
    assert f"home_assistant.token_file: cannot read {tmp_path}/token: No such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"url": "http://home:8123"}, "url needs a token"),
        ({"url": "http://home:8123", "token_file": "a", "credential": "b"}, "two ways to say one thing"),
        ({"token_file": "a"}, "a token needs a url"),
        ({"url": "home:8123", "token_file": "a"}, "must be an address such as"),
        ({"url": "http://home:99999", "token_file": "a"}, "must be an address such as"),
        ({"url": "http://me:pw@home", "token_file": "a"}, "must be an address such as"),
    ],
)
def test_settings_that_make_no_sense(
    settings: dict[str, str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.yaml").write_text(json.dumps({"home_assistant": settings}))
    assert main(["check", "--config", str(tmp_path / "config.yaml")]) == 78
    assert told in capsys.readouterr().err


def test_the_daemon_keeps_what_it_was_told(home: FakeHomeAssistant, tmp_path: Path) -> None:
    """And does without Home Assistant at the next start; a change is told only to whom it concerns."""
    settings, writer, changes = load_config(tmp_path / config(tmp_path, home.url)), Writer(), list[None]()
    with Home(settings, tmp_path / "state", writer) as first:
        assert first.read(settings.intents).match("turn on the desk lamp")
        first.follow(lambda: changes.append(None))
    writer.close()
    home.stop()
    home.start(home.port)
    home.raw = b""
    second = Home(settings, tmp_path / "state", Writer())
    assert second.read(settings.intents).match("turn on the desk lamp")
    assert changes == []


def test_a_token_that_others_may_read_is_warned_of(
    home: FakeHomeAssistant, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = load_config(tmp_path / config(tmp_path, home.url))
    (tmp_path / "token").chmod(0o644)
    with Home(settings, tmp_path, Writer()):
        assert f"home_assistant.token_file: every account of this machine may read {tmp_path}/token" in caplog.text
