"""Which servers there are, and what must be there for them: each lack is one sentence, before anything is loaded."""

from __future__ import annotations

from importlib import util
from pathlib import Path

import pytest

from voiced.cli import main
from voiced.config import ServersSettings
from voiced.errors import ConfigError
from voiced.servers import opening
from voiced.servers.opening import exposed, is_loopback, read_token, require


def test_without_servers_nothing_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "find_spec", lambda _name: None)
    require(ServersSettings())


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = util.find_spec
    monkeypatch.setattr(opening, "find_spec", lambda name: None if name == "uvicorn" else found(name))
    with pytest.raises(
        ConfigError, match=r"the package uvicorn is missing; install it: pip install 'voiced\[server\]'"
    ):
        require(ServersSettings(http="127.0.0.1:8090"))


@pytest.mark.parametrize(
    ("address", "own"),
    [("127.0.0.1:80", True), ("localhost:80", True), ("[::1]:80", True), ("0.0.0.0:80", False), ("house:80", False)],
)
def test_what_other_machines_reach_needs_a_token(address: str, own: bool, tmp_path: Path) -> None:  # noqa: FBT001
    assert is_loopback(address) is own
    if own:
        require(ServersSettings(http=address))
        return
    with pytest.raises(ConfigError, match=r"set servers\.token_file"):
        require(ServersSettings(http=address))
    (tmp_path / "token").write_text("secret\n")
    settings = ServersSettings(http=address, token_file=tmp_path / "token")
    require(settings)
    assert read_token(settings) == "secret"


@pytest.mark.parametrize(("content", "problem"), [(b"", "is empty"), (b" \n", "is empty"), (b"\xff", "ASCII")])
def test_a_token_that_is_none(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(ConfigError, match=problem):
        read_token(ServersSettings(token_file=tmp_path / "token"))


def test_a_token_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"cannot read .*nowhere: No such file"):
        read_token(ServersSettings(token_file=tmp_path / "nowhere"))
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(ConfigError, match="LoadCredential=door:FILE"):
        read_token(ServersSettings(credential="door"))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "door").write_text("secret")
    assert read_token(ServersSettings(credential="door")) == "secret"


@pytest.mark.parametrize(
    ("servers", "problem"),
    [
        ("{http: 8090}", "should be text, not 8090; put it in quotes"),
        ("{http: '127.0.0.1'}", "must be an address and a port"),
        ("{http: '127.0.0.1:99999'}", "must be an address and a port"),
        ("{http: '0.0.0.0:8090'}", "set servers.token_file"),
        ("{token_file: a, credential: b}", "keep one"),
    ],
)
def test_check_refuses_what_run_refuses(
    tmp_path: Path, servers: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.yaml").write_text(f"servers: {servers}")
    intents = str(Path(__file__).parents[2] / "intents")
    assert main(["check", "--config", str(tmp_path / "config.yaml"), "--intents", intents]) == 78
    assert problem in capsys.readouterr().err


def test_a_token_that_others_may_read_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret")
    (tmp_path / "token").chmod(0o644)
    settings = ServersSettings(http="127.0.0.1:8090", token_file=tmp_path / "token")
    assert exposed(settings) == [
        f"servers.token_file: every account of this machine may read {tmp_path}/token; do: chmod o-rwx {tmp_path}/token"
    ]
    (tmp_path / "token").chmod(0o640)
    assert exposed(settings) == []
