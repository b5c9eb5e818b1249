"""A server that fails does not keep others from serving, nor the daemon from living."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from voiced.errors import VoicedError
from voiced.servers import running
from voiced.servers.running import ENDING_SECONDS, Servers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest


class Fake:
    """Serves, or fails, or hangs at its end."""

    def __init__(self, name: str, error: Exception | None = None, hangs: float = 0.0) -> None:
        self.name, self._error, self._hangs = name, error, hangs
        self.told = list[str]()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        if self._error:
            raise self._error
        self.told.append(f"begun in {threading.current_thread().name}")
        yield
        await asyncio.sleep(self._hangs)
        self.told.append("ended")


def test_servers_begin_and_end_in_their_thread() -> None:
    one, other = Fake("one"), Fake("other")
    with Servers([one, other]):
        assert one.told == other.told == ["begun in servers"]
    assert one.told == other.told == ["begun in servers", "ended"]


def test_what_cannot_begin_is_told_and_the_others_serve(caplog: pytest.LogCaptureFixture) -> None:
    bad, bug, good = Fake("bad", VoicedError("the port is taken")), Fake("bug", KeyError("x")), Fake("good")
    with Servers([bad, bug, good]):
        assert good.told == ["begun in servers"]
    assert "bad: the port is taken; going on without it" in caplog.text
    assert "an internal error ended the beginning of bug" in caplog.text


def test_one_that_hangs_does_not_hold_up_the_end() -> None:
    began = time.monotonic()
    with Servers([Fake("slow", hangs=30.0)]):
        pass
    assert time.monotonic() - began < ENDING_SECONDS + 2.0


def test_without_servers_no_thread_is_started() -> None:
    before = threading.active_count()
    with Servers([]):
        assert threading.active_count() <= before


def test_one_that_takes_long_to_begin_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(running, "BEGINNING_SECONDS", 0.2)

    class Slow:
        name = "slow"

        @asynccontextmanager
        async def serving(self) -> AsyncIterator[None]:
            await asyncio.sleep(60)
            yield

    with Servers([Slow()]):
        pass
    assert "the servers take longer than" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_bug_ends_the_servers_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(running, "_begin", lambda *_: 1 / 0)

    class One:
        name = "any"

        @asynccontextmanager
        async def serving(self) -> AsyncIterator[None]:
            yield

    begun = time.monotonic()
    with Servers([One()]):
        pass
    assert time.monotonic() - begun < 2
    assert "an internal error ended the servers; going on without them" in caplog.text
