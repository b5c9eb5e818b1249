"""What `voiced check` tells of Home Assistant, and of its token."""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING

import pytest

from tests.broker import Broker, free_port, make_certificates
from tests.home_assistant.fake import TOKEN, FakeHomeAssistant
from voiced.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHomeAssistant]:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    with FakeHomeAssistant() as fake:
        fake.expose(light__desk="Desk lamp", light__hall="Hall lamp")
        fake.answers["get_config"]["version"] = "2025.4.4"
        yield fake


def configured(folder: Path, url: str, *, token: str = TOKEN, port: int = 1, mode: int = 0o600) -> None:
    (folder / "token").write_text(token)
    (folder / "token").chmod(mode)
    home = {"url": url, "token_file": "token", "sentences": True}
    settings = {"home_assistant": home, "mqtt": {"host": "127.0.0.1", "port": port}}
    (folder / "config.yaml").write_text(json.dumps(settings))


def test_it_tells_what_home_assistant_has(
    home: FakeHomeAssistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Broker() as broker:
        configured(tmp_path, home.url, port=broker.port)
        assert main(["check", "--connect"]) == 0
        line = f"home:     Home Assistant 2025.4.4 at {home.url}: 1 area, 1 floor, 2 entities exposed to Assist"
        assert line in capsys.readouterr().out.splitlines()
        assert main(["check", "--connect", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["home_assistant"]
    assert told == {"url": home.url, "version": "2025.4.4", "areas": 1, "floors": 1, "entities": 2}


def test_it_is_not_asked_without_being_told_to(
    home: FakeHomeAssistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configured(tmp_path, home.url)
    assert main(["check"]) == 0
    assert f"home:     Home Assistant at {home.url} (not contacted; --connect does)" in capsys.readouterr().out


def test_a_wrong_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    configured(tmp_path, url)
    assert main(["check", "--connect"]) == 78
    assert f"voiced: cannot reach Home Assistant at {url}: Connection refused" in capsys.readouterr().err.splitlines()


def test_a_name_that_nobody_knows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configured(tmp_path, "http://nowhere.invalid:8123")
    assert main(["check", "--connect"]) == 78
    told = capsys.readouterr().err
    assert told.startswith("voiced: cannot reach Home Assistant at http://nowhere.invalid:8123: ")
    assert "Errno" not in told


def test_a_wrong_token(home: FakeHomeAssistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configured(tmp_path, home.url, token="wrong")
    assert main(["check", "--connect"]) == 78
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert told[0].startswith(f"voiced: Home Assistant at {home.url} refuses the token; make a long-lived one")


def test_something_else_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Broker() as broker:
        configured(tmp_path, f"http://127.0.0.1:{broker.port}")
        assert main(["check", "--connect"]) == 78
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert "does not speak as Home Assistant does" in told[0] or "does not answer" in told[0]


def test_a_web_server_that_is_not_home_assistant(
    home: FakeHomeAssistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configured(tmp_path, f"{home.url}/elsewhere")
    assert main(["check", "--connect"]) == 78
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert "does not speak as Home Assistant does" in told[0]


def test_a_certificate_that_nobody_signed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_certificates(tmp_path)
    with FakeHomeAssistant() as fake:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "broker.crt", tmp_path / "broker.key")
        fake.encrypt(context)
        configured(tmp_path, fake.url.replace("http", "https"))
        assert main(["check", "--connect"]) == 78
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert "its certificate is not trusted: unable to get local issuer certificate" in told[0]


def test_a_token_that_others_may_read(
    home: FakeHomeAssistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configured(tmp_path, home.url, mode=0o644)
    assert main(["check", "--json"]) == 0
    told = "every account of this machine may read token; do: chmod o-rwx token"
    assert json.loads(capsys.readouterr().out)["notes"] == [f"home_assistant.token_file: {told}"]
