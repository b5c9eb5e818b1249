"""Bodies of requests, which their senders may make as large, as slow and as many as they like: up to here.

A body is taken in as it comes, so that its length need not be told. One that is too large, comes too slowly, or is one
too many is refused with a status, and the rest of it is not waited for.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Message, Receive

LARGEST_BYTES = 25 << 20  # of a body, as OpenAI's
MOST_BYTES = 4 * LARGEST_BYTES  # of all that are there at once
PATIENCE_SECONDS, SLOWEST = 20.0, 16_000  # a body may take so long, and a second more for so many bytes
TOO_SLOW, TOO_LARGE, TOO_MANY = 408, 413, 429

TOLD = f"the body is larger than {LARGEST_BYTES >> 20} MB"


class Bodies:
    """The bodies of all requests that are being answered."""

    def __init__(self) -> None:
        self._n_bytes = 0

    @contextmanager
    def limited(self, receive: Receive) -> Iterator[Receive]:
        """Give `receive` with limits, for one request; it raises HTTPException."""
        body = _Body(self, receive)
        try:
            yield body.receive
        finally:
            self._n_bytes -= body.n_bytes

    def take(self, n_bytes: int) -> None:
        """Take in some bytes more. HTTPException."""
        self._n_bytes += n_bytes
        if self._n_bytes > MOST_BYTES:
            raise HTTPException(TOO_MANY, "too many uploads at once; try again later")


class _Body:
    """One body, as it comes."""

    def __init__(self, all_of_them: Bodies, receive: Receive) -> None:
        self.n_bytes = 0
        self._all, self._receive = all_of_them, receive
        self._began = time.monotonic()
        self._whole = False

    async def receive(self) -> Message:
        if self._whole:  # the end of the connection is waited for
            return await self._receive()
        left = self._began + PATIENCE_SECONDS + self.n_bytes / SLOWEST - time.monotonic()
        try:
            async with asyncio.timeout(left):
                message = await self._receive()
        except TimeoutError as error:
            raise HTTPException(TOO_SLOW, "the body came too slowly") from error
        self._whole = not message.get("more_body", False)
        n_bytes = len(message.get("body", b""))
        self.n_bytes += n_bytes
        self._all.take(n_bytes)
        if self.n_bytes > LARGEST_BYTES:
            raise HTTPException(TOO_LARGE, TOLD)
        return message
