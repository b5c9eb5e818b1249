"""A connection to Home Assistant: whatever answers there, one sentence tells what is wrong."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from tests.broker import free_port
from tests.home_assistant.fake import TOKEN, FakeHomeAssistant
from voiced.errors import HomeAssistantError
from voiced.home_assistant import connection
from voiced.home_assistant.connection import Connection, HomeAwayError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def home() -> Iterator[FakeHomeAssistant]:
    with FakeHomeAssistant() as fake:
        yield fake


def test_it_asks_and_hears_of_changes(home: FakeHomeAssistant) -> None:
    with Connection(home.url, TOKEN) as found:
        found.ask("subscribe_events", event_type="area_registry_updated")
        assert not found.changed(0.05)
        home.fire()
        assert found.changed(5.0)
        home.fire()
        assert found.ask("config/area_registry/list")[0]["name"] == "Kitchen"
        assert found.changed(0.0)  # came before the answer
        assert not found.changed(0.05)


def test_a_house_in_which_nothing_changes(home: FakeHomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence ends no connection, however long."""
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.5)
    with Connection(home.url, TOKEN) as found:
        assert not found.changed(1.2)
        assert found.ask("get_states") == []


def test_a_wrong_token_is_a_mistake_of_the_settings(home: FakeHomeAssistant) -> None:
    with pytest.raises(HomeAssistantError, match="refuses the token; make a long-lived one") as raised:
        Connection(home.url, "wrong")
    assert raised.value.exit_code == 78


def test_an_account_without_rights(home: FakeHomeAssistant) -> None:
    home.answers["get_states"] = PermissionError("unauthorized")
    with Connection(home.url, TOKEN) as found, pytest.raises(HomeAssistantError, match="administrator") as raised:
        found.ask("get_states")
    assert raised.value.exit_code == 78


def test_what_is_refused_is_told(home: FakeHomeAssistant) -> None:
    with Connection(home.url, TOKEN) as found:
        with pytest.raises(HomeAwayError, match="refuses nonsense: unknown_command"):
            found.ask("nonsense")
        assert found.ask("get_states") == []


def test_nobody_is_there() -> None:
    with pytest.raises(HomeAwayError, match=r"cannot reach Home Assistant at .*: Connection refused"):
        Connection(f"http://127.0.0.1:{free_port()}", TOKEN)


@pytest.mark.parametrize(
    "raw",
    [b"\x81\x02[]", b"\x81\x02{]", b"\x82\x01\xff", b"\xff\xff\xff\xff", b"\x81\x03\xff\xfe\xfd", b""],
    ids=["list", "no JSON", "bytes", "no frame", "no UTF-8", "nothing"],
)
def test_a_damaged_answer(home: FakeHomeAssistant, raw: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.5)
    with Connection(home.url, TOKEN) as found:
        home.raw = raw
        with pytest.raises(HomeAwayError, match=r"does not (speak as Home Assistant does|answer)"):
            found.ask("get_states")


@pytest.mark.parametrize("greeting", [{"type": "hello"}, {}])
def test_another_program_is_there(home: FakeHomeAssistant, greeting: Any) -> None:
    home.greeting = greeting
    with pytest.raises(HomeAwayError, match=r"is not Home Assistant; set home_assistant\.url"):
        Connection(home.url, TOKEN)


def test_no_websocket_is_there(home: FakeHomeAssistant) -> None:
    with pytest.raises(HomeAwayError, match="does not speak as Home Assistant does"):
        Connection(f"{home.url}/elsewhere", TOKEN)


def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(HomeAwayError, match="does not"):
        Connection(f"http://127.0.0.1:{server.getsockname()[1]}", TOKEN)
