"""Runs an iterator in a thread of its own; the only file that starts threads. Knows nothing of the items.

Two rules. The thread starts with the first `next()` of the consumer. And each side learns how the other ends: an error
of the source is raised in the consumer, with its traceback; when the consumer closes, the source is closed in its own
thread, after the item that it works on. Nothing here interrupts a source that waits for the outside world: its owner
has to wake it (a microphone by its `close`).

At most `depth` items of the source wait; then the source waits, and nothing is dropped. Only the microphone drops. What
others offer does not hold up the source.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

MOST_OFFERED = 16  # items beyond `depth` that `offer` may add; it drops more
SIGNAL_SECONDS = 0.25  # between two looks of a waiting consumer at signals that came
PATIENCE_SECONDS = 0.4  # a closing consumer waits for the source's item as long: several frames


def start_thread(run: Callable[[], None], name: str) -> threading.Thread:
    """Run a function in a new daemon thread, which does not keep the program alive; return the thread."""
    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


class Relay(Generic[T]):
    """Queue from a source, which a thread iterates, to the consumer, who iterates the relay; others may `offer`."""

    def __init__(self, source: Iterator[T], depth: int = 1, name: str = "relay") -> None:
        """The thread starts when the relay is iterated."""
        assert depth >= 1, "a relay holds at least one item"
        self._source = source
        self._depth = depth
        self._name = name
        self._items: deque[T] = deque()
        self._offered: deque[bool] = deque()  # of each item, whether it was offered
        self._changed = threading.Condition()  # held while an attribute below is read or written
        self._closed = False  # the consumer has stopped iterating
        self._ended = False  # the source has no more items, or failed
        self._error: BaseException | None = None

    def offer(self, item: T) -> bool:
        """Add an item from any thread without waiting; False if it is dropped: too many wait, or nobody takes them."""
        with self._changed:
            if self._closed or len(self._items) >= self._depth + MOST_OFFERED:
                return False
            self._append(item, offered=True)
            return True

    def holds(self, is_meant: Callable[[T], bool]) -> bool:
        """Whether such an item waits for the consumer; may be asked from any thread, often."""
        with self._changed:
            return any(map(is_meant, self._items))

    def __iter__(self) -> Iterator[T]:
        """Yield the items until the source ends; raise the error of the source."""
        thread = start_thread(self._produce, self._name)
        try:
            while self._wait():
                yield self._take()
        finally:
            self._close()
            thread.join(PATIENCE_SECONDS)
        if self._error is not None:
            raise self._error

    def _produce(self) -> None:
        try:
            for item in self._source:
                if not self._put(item):
                    break
            if close := getattr(self._source, "close", None):  # a generator's `finally` runs here, in its own thread
                close()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the consumer must see it
            self._error = error
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _put(self, item: T) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._offered.count(False) < self._depth)
            self._append(item, offered=False)
            return not self._closed

    def _append(self, item: T, *, offered: bool) -> None:
        self._items.append(item)
        self._offered.append(offered)
        self._changed.notify_all()

    def _wait(self) -> bool:
        with self._changed:
            # Python's handlers of signals run in the main thread, between two of its steps. A signal that comes just
            # before this thread falls asleep, or to another thread, does not wake it: SIGTERM would go unheard.
            while not self._changed.wait_for(lambda: self._items or self._ended, SIGNAL_SECONDS):
                pass
            return bool(self._items)

    def _take(self) -> T:
        with self._changed:
            item = self._items.popleft()
            self._offered.popleft()
            self._changed.notify_all()
            return item

    def _close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
