"""Two threads and what flows between them: order, errors, and that each end lets go of the other."""

from __future__ import annotations

import signal
import threading
import time
import traceback
from typing import TYPE_CHECKING

import pytest

from tests.broker import wait_until
from voiced.foundations.relay import MOST_OFFERED, Relay

if TYPE_CHECKING:
    from collections.abc import Iterator


def relays() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "test"]


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    assert wait_until(lambda: not relays(), 2)


def test_everything_arrives_in_order() -> None:
    assert list(Relay(iter(range(1_000)), 1, "test")) == list(range(1_000))


def test_an_empty_source() -> None:
    assert list(Relay(iter(()), 1, "test")) == []


def test_starts_with_the_first_next() -> None:
    started: list[bool] = []

    def source() -> Iterator[int]:
        started.append(True)
        yield 1

    items = iter(Relay(source(), 1, "test"))
    time.sleep(0.05)
    assert not started
    assert next(items) == 1
    items.close()  # type: ignore[attr-defined]


def test_runs_ahead_by_its_depth_and_no_further() -> None:
    produced: list[int] = []

    def source() -> Iterator[int]:
        for number in range(100):
            produced.append(number)
            yield number

    items = iter(Relay(source(), 3, "test"))
    assert next(items) == 0
    assert wait_until(lambda: len(produced) == 5, 1)  # one taken, three waiting, one in the source's hand
    time.sleep(0.05)
    assert len(produced) == 5
    items.close()  # type: ignore[attr-defined]


def test_an_error_is_raised_in_the_consumer_with_its_traceback() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise RuntimeError("the microphone is gone")

    items = iter(Relay(source(), 1, "test"))
    assert next(items) == 1
    with pytest.raises(RuntimeError, match="the microphone is gone") as caught:
        next(items)
    assert "in source" in "".join(traceback.format_tb(caught.value.__traceback__))
    with pytest.raises(StopIteration):
        next(items)


def test_closing_the_consumer_closes_the_source_in_its_own_thread() -> None:
    closed_by: list[str] = []

    def source() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed_by.append(threading.current_thread().name)

    items = iter(Relay(source(), 1, "test"))
    next(items)
    items.close()  # type: ignore[attr-defined]
    assert closed_by == ["test"]


def test_closing_does_not_wait_for_ever_for_a_source_that_hangs() -> None:
    hangs = threading.Event()

    def source() -> Iterator[int]:
        yield 1
        hangs.wait()

    items = iter(Relay(source(), 1, "test"))
    next(items)
    began = time.monotonic()
    items.close()  # type: ignore[attr-defined]
    assert 0.3 < time.monotonic() - began < 0.8
    hangs.set()


def test_others_put_items_in_while_the_source_is_silent() -> None:
    wait = threading.Event()

    def source() -> Iterator[str]:
        yield "heard"
        wait.wait()

    relay: Relay[str] = Relay(source(), name="test")
    items = iter(relay)
    assert next(items) == "heard"
    assert relay.offer("typed")
    assert next(items) == "typed"
    wait.set()
    assert list(items) == []


def test_what_waits_is_known() -> None:
    relay: Relay[int] = Relay(iter(()), name="test")
    relay.offer(3)
    relay.offer(4)
    assert relay.holds(lambda number: number == 4)
    assert not relay.holds(lambda number: number == 5)
    assert list(relay) == [3, 4]
    assert not relay.holds(lambda _number: True)


def test_what_nobody_will_take_is_not_accepted() -> None:
    relay: Relay[int] = Relay(iter((1, 2)), name="test")
    items = iter(relay)
    next(items)
    items.close()  # type: ignore[attr-defined]
    assert not relay.offer(3)


def test_what_is_offered_does_not_hold_up_the_source() -> None:
    produced: list[int] = []

    def source() -> Iterator[int]:
        for number in range(3):
            produced.append(number)
            yield number

    relay: Relay[int] = Relay(source(), 2, "test")
    for number in range(10, 15):
        assert relay.offer(number)
    items = iter(relay)
    assert next(items) == 10
    assert wait_until(lambda: len(produced) == 3, 1)
    assert list(items) == [11, 12, 13, 14, 0, 1, 2]


def test_a_flood_is_dropped() -> None:
    relay: Relay[int] = Relay(iter(()), name="test")
    accepted = [relay.offer(number) for number in range(MOST_OFFERED + 10)]
    assert accepted.count(False) == 9
    assert list(relay) == list(range(MOST_OFFERED + 1))


def test_a_signal_that_does_not_wake_the_waiting_consumer_is_heard_all_the_same() -> None:
    over = threading.Event()

    class HeardError(Exception):
        pass

    def heard(_number: int, _frame: object) -> None:
        raise HeardError

    def source() -> Iterator[int]:
        time.sleep(0.5)  # until the main thread waits
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)  # to this thread: the main one sleeps on
        over.wait(10)
        yield 1

    before = signal.signal(signal.SIGUSR1, heard)
    began = time.monotonic()
    try:
        with pytest.raises(HeardError):
            next(iter(Relay(source(), 1, "test")))
        assert time.monotonic() - began < 5
    finally:
        over.set()
        signal.signal(signal.SIGUSR1, before)
