"""Run an iterator in a thread of its own; the only file that starts threads. Knows not what flows.

Two rules. The thread starts with the first `next()` of the consumer, not when `in_background` is called. And each end
sees the other's: an error of the source is raised in the consumer with its traceback; when the consumer closes, the
source is closed too, in its own thread, once the item that it is working on is done. A source that waits for the
outside world therefore has to be woken by whoever owns it (a microphone by its `close`): nothing here interrupts it.

At most `depth` items wait; then the source waits, nothing is dropped. Dropping belongs to the microphone alone.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

PATIENCE = 1.0  # seconds that a closing consumer waits for the source to finish its item


def start_thread(run: Callable[[], None], name: str) -> threading.Thread:
    """Run a function in a thread that does not keep the program alive."""
    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


def in_background(source: Iterator[T], depth: int = 1, name: str = "relay") -> Iterator[T]:
    """The items of `source`, produced by a thread while the consumer works on earlier ones."""
    assert depth >= 1, "a relay holds at least one item"
    relay = _Relay(source, depth)
    thread = start_thread(relay.produce, name)
    try:
        while relay.wait():
            yield relay.take()
    finally:
        relay.close()
        thread.join(PATIENCE)
    if relay.error is not None:
        raise relay.error


class _Relay(Generic[T]):
    """What the two threads share; every attribute is read and written under `_changed`."""

    def __init__(self, source: Iterator[T], depth: int) -> None:
        self._source = source
        self._depth = depth
        self._items: deque[T] = deque()
        self._changed = threading.Condition()
        self._closed = False  # the consumer is gone
        self._ended = False  # the source is
        self.error: BaseException | None = None

    def produce(self) -> None:
        try:
            for item in self._source:
                if not self._put(item):
                    break
            if close := getattr(self._source, "close", None):  # a generator's `finally` runs here, in its own thread
                close()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the consumer must see it
            self.error = error
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _put(self, item: T) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._items) < self._depth)
            self._items.append(item)
            self._changed.notify_all()
            return not self._closed

    def wait(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._ended)
            return bool(self._items)

    def take(self) -> T:
        with self._changed:
            item = self._items.popleft()
            self._changed.notify_all()
            return item

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
