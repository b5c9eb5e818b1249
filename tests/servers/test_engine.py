"""Work for others is done one after the other, behind the daemon's own, and what it raises reaches whoever asked."""

from __future__ import annotations

import asyncio
import threading
import time
from functools import partial

import pytest

from voiced.servers.engine import MOST_WAITING, BusyError, Engine


def thread_of(number: int) -> tuple[int, str]:
    return number, threading.current_thread().name


def test_work_is_done_in_order_in_one_thread() -> None:
    async def ask() -> list[tuple[int, str]]:
        engine = Engine()
        return list(await asyncio.gather(*(engine.run(partial(thread_of, number)) for number in range(9))))

    assert asyncio.run(ask()) == [(number, "engine") for number in range(9)]


def test_what_it_raises_reaches_whoever_asked_and_the_next_is_served() -> None:
    async def ask() -> int:
        engine = Engine()
        with pytest.raises(ZeroDivisionError):
            await engine.run(lambda: 1 // 0)
        return await engine.run(lambda: 7)

    assert asyncio.run(ask()) == 7


@pytest.mark.parametrize(("seconds", "times"), [(0.2, 1), (0.0, 0)])
def test_what_long_work_has_freed_is_given_back(seconds: float, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    given_back = threading.Semaphore(0)
    monkeypatch.setattr("voiced.servers.engine.release_memory", given_back.release)

    async def ask() -> None:
        engine = Engine()
        await engine.run(lambda: time.sleep(seconds))
        await engine.run(lambda: None)  # begun after it

    asyncio.run(ask())
    assert [given_back.acquire(blocking=False) for _ in range(2)] == [times > 0, False]


def test_it_waits_while_the_daemon_is_at_work() -> None:
    at_work, done = [True], threading.Event()

    async def ask() -> None:
        asked = asyncio.create_task(Engine(lambda: at_work[0]).run(done.set))
        await asyncio.sleep(0.3)
        assert not done.is_set()
        at_work[0] = False
        await asked

    asyncio.run(ask())
    assert done.is_set()


def test_one_too_many_is_refused_and_who_has_left_costs_nothing() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), list[int]()

    def first() -> None:
        begun.set()
        go_on.wait(10)

    async def ask() -> None:
        engine = Engine()
        asked = [asyncio.create_task(engine.run(first))]
        await asyncio.to_thread(begun.wait, 10)
        asked += [asyncio.create_task(engine.run(partial(done.append, number))) for number in range(MOST_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(BusyError, match="too many requests"):
            await engine.run(lambda: done.append(99))
        asked[1].cancel()
        await asyncio.sleep(0)
        go_on.set()
        await asyncio.gather(*asked, return_exceptions=True)

    asyncio.run(ask())
    assert done == list(range(1, MOST_WAITING))
