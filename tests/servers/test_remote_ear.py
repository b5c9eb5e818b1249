"""A remote microphone whose sender is too quick: sound may be lost, its end may not."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from voiced.servers import remote_ear
from voiced.servers.remote_ear import MOST_WAITING, RemoteEar

if TYPE_CHECKING:
    import pytest

    from voiced.servers.house import House


def test_the_end_is_heard_although_too_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_ear, "start_thread", lambda _run, _name: None)  # nobody hears meanwhile

    async def send() -> int:
        ear = RemoteEar(cast("House", SimpleNamespace(muted=bool)), needs_wake_word=True)
        for _ in range(MOST_WAITING + 3):
            ear.hear(bytes(2_560))
        ear.close()
        return len(list(ear._frames()))

    assert asyncio.run(send()) == MOST_WAITING - 1
