"""What is told reaches all who listen, retained values those who come later; nobody waits for a slow listener."""

from __future__ import annotations

import asyncio
import threading

from voiced.servers.hub import MOST_WAITING, Hub, Told


def test_what_is_told_reaches_all_from_any_thread() -> None:
    async def listen() -> tuple[Told | None, Told | None]:
        with hub.listening() as one, hub.listening() as other:
            threading.Thread(target=hub.tell, args=("a", "1", False)).start()
            return await one.get(), await other.get()

    hub = Hub()
    assert asyncio.run(listen()) == (Told("a", "1", retained=False),) * 2


def test_who_comes_later_learns_what_is_retained() -> None:
    async def listen() -> list[Told | None]:
        with hub.listening() as told:
            return [told.get_nowait() for _ in range(told.qsize())]

    hub = Hub()
    for topic, payload, retained in (("a", "1", True), ("b", "x", False), ("c", "2", True), ("a", "3", True)):
        hub.tell(topic, payload, retained=retained)
    assert asyncio.run(listen()) == [Told("a", "3", retained=True), Told("c", "2", retained=True)]
    assert (hub.retained("a"), hub.retained("b")) == ("3", None)


def test_who_does_not_keep_up_is_let_go_and_the_others_are_not() -> None:
    async def listen() -> tuple[int, Told | None]:
        with hub.listening() as slow:
            for number in range(2 * MOST_WAITING):
                hub.tell("a", str(number), retained=False)
            await asyncio.sleep(0)
            n_waiting = slow.qsize()
            taken = [slow.get_nowait() for _ in range(n_waiting)]
            with hub.listening() as quick:
                hub.tell("b", "1", retained=False)
                assert taken[-1] is None
                return n_waiting, await quick.get()

    hub = Hub()
    assert asyncio.run(listen()) == (MOST_WAITING, Told("b", "1", retained=False))
