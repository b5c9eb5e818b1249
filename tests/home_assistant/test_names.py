"""The names of a Home Assistant that changes, goes away and comes back."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.broker import free_port, wait_until
from tests.home_assistant.fake import TOKEN, FakeHomeAssistant
from voiced.foundations.secret_file import read_token
from voiced.grammar.house import Entity, House, Place
from voiced.home_assistant import asking
from voiced.home_assistant.cache import Known
from voiced.home_assistant.names import Names, Pace, counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

HURRIED = Pace(
    first_answer=5.0, shortest_pause=0.05, longest_pause=0.2, quiet=0.1, longest_change=1.0, poll=0.3, token=0.1
)
CACHED = Known(House((Entity("Old lamp", "light"),)))


@contextmanager
def following(url: str, token: str = TOKEN, cached: Known | None = None) -> Iterator[tuple[Names, list[Known]]]:
    """Names that are kept fresh, and what was told of them."""
    told: list[Known] = []
    found = Names(url, lambda: token, cached, told.append, HURRIED)
    found.open()
    yield found, told
    found.close()


def lamps(known: Known) -> list[str]:
    return [each.name for each in known.house.entities]


def test_they_are_known_at_once_and_follow_each_change() -> None:
    with FakeHomeAssistant() as home:
        home.expose(light__desk="Desk lamp")
        with following(home.url) as (found, told):
            assert found.known.house.areas == (Place("Kitchen", ("galley",)),)
            assert lamps(found.known) == ["Desk lamp"]
            home.answers["get_states"][0]["attributes"]["friendly_name"] = "Reading lamp"
            home.fire()
            assert wait_until(lambda: lamps(found.known) == ["Reading lamp"], 5)
            assert wait_until(lambda: len(told) == 2, 5)


def test_many_events_are_one_change() -> None:
    with FakeHomeAssistant() as home, following(home.url) as (_, told):
        before = home.asked.count("get_states")
        home.answers["config/area_registry/list"] = [{"name": "Hall"}]
        for _ in range(20):
            home.fire()
            time.sleep(0.01)
        assert wait_until(lambda: len(told) == 2, 5)
        assert home.asked.count("get_states") <= before + 2


def test_what_is_exposed_is_looked_at_now_and_then() -> None:
    with FakeHomeAssistant() as home, following(home.url) as (found, _):
        home.expose(light__new="New lamp")
        assert wait_until(lambda: lamps(found.known) == ["New lamp"], 5)


def test_what_stays_the_same_is_no_news() -> None:
    with FakeHomeAssistant() as home:
        home.expose(light__old="Old lamp")
        home.answers["config/area_registry/list"] = home.answers["config/floor_registry/list"] = []
        with following(home.url, cached=CACHED) as (_, told):
            home.fire()
            wait_until(lambda: home.asked.count("get_states") >= 2, 5)
            assert told == []


def test_while_it_is_away_the_kept_names_hold(caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    with following(f"http://127.0.0.1:{port}", cached=CACHED) as (found, told):
        assert lamps(found.known) == ["Old lamp"]
        home = FakeHomeAssistant()
        home.expose(light__desk="Desk lamp")
        time.sleep(0.5)  # several attempts
        home.start(port)
        assert wait_until(lambda: lamps(found.known) == ["Desk lamp"], 5)
        home.drop()
        home.expose(light__hall="Hall lamp")
        assert wait_until(lambda: len(told) == 2, 5)
        home.stop()
    assert caplog.text.count("Connection refused; trying again until it works") == 1


def test_while_it_starts_its_entities_are_not_all_there() -> None:
    with FakeHomeAssistant() as home:
        home.answers["get_config"] = {"state": "STARTING"}
        with following(home.url, cached=CACHED) as (found, _):
            assert lamps(found.known) == ["Old lamp"]
            home.expose(light__desk="Desk lamp")
            home.answers["get_config"] = {"state": "RUNNING", "language": "de"}
            assert wait_until(lambda: lamps(found.known) == ["Desk lamp"], 5)
            assert found.known.language == "de"


def test_a_token_that_is_revoked_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with FakeHomeAssistant() as home, following(home.url, "revoked", CACHED) as (found, told):
        assert lamps(found.known) == ["Old lamp"]
        assert told == []
    assert caplog.text.count("refuses the token") == 1


def test_another_token_is_taken_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (file := tmp_path / "token").write_text(TOKEN)
    with FakeHomeAssistant() as home:
        names = Names(home.url, lambda: read_token("home_assistant", file, None), CACHED, lambda _: None, HURRIED)
        names.open()
        assert wait_until(lambda: lamps(names.known) == [], 5)
        file.write_text("revoked")
        home.drop()
        home.expose(light__desk="Desk lamp")
        assert wait_until(lambda: "refuses the token" in caplog.text, 5)
        file.unlink()  # somebody replaces it
        time.sleep(0.3)
        file.write_text(TOKEN)
        assert wait_until(lambda: lamps(names.known) == ["Desk lamp"], 5)
        names.close()
    assert caplog.text.count("refuses the token") == 1
    assert "Traceback" not in caplog.text


def test_a_token_that_is_gone_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with FakeHomeAssistant() as home:
        file = tmp_path / "token"
        names = Names(home.url, lambda: read_token("home_assistant", file, None), CACHED, lambda _: None, HURRIED)
        names.open()
        time.sleep(0.5)
        assert lamps(names.known) == ["Old lamp"]
        names.close()
    assert caplog.text.count("home_assistant.token_file: cannot read") == 1


def test_a_bug_does_not_end_it(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    with FakeHomeAssistant() as home:
        monkeypatch.setattr(asking, "subscribe", lambda _: 1 / 0)
        with following(home.url) as (found, _):
            monkeypatch.undo()
            assert wait_until(lambda: bool(found.known.house.areas), 5)
    assert "an internal error ended the connection to Home Assistant" in caplog.text


def test_three_thousand_entities() -> None:
    with FakeHomeAssistant() as home:
        for number in range(3_000):
            home.add(f"light.l{number}", f"Lamp {number}", effect_list=["rainbow"] * 20)
        began = time.monotonic()
        with following(home.url) as (found, _):
            assert wait_until(lambda: len(found.known.house.entities) == 3_000, 20)
        assert time.monotonic() - began < 20.0


def test_what_a_house_has() -> None:
    assert counted(CACHED.house) == "0 areas, 0 floors and 1 entity"
    assert counted(House((), (Place("a"),), ())) == "1 area, 0 floors and 0 entities"
