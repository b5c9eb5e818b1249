"""A whole daemon with its servers on, shared by the tests of a module; it hears a virtual microphone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.broker import Broker, Subscriber, free_port
from tests.daemon import READY, Daemon
from tests.virtual_microphone import VirtualMicrophone

if TYPE_CHECKING:
    from collections.abc import Iterator


class House(NamedTuple):
    """A daemon, who hears what it tells, and where its server is."""

    daemon: Daemon
    ears: Subscriber
    url: str
    microphone: VirtualMicrophone
    wyoming: int  # port


@pytest.fixture(scope="package")
def house() -> Iterator[House]:
    port, wyoming = free_port(), free_port()
    settings = {"servers": {"http": f"127.0.0.1:{port}", "wyoming": f"tcp://127.0.0.1:{wyoming}"}}
    with (
        VirtualMicrophone() as microphone,
        Broker() as broker,
        Subscriber(broker.port) as ears,
        Daemon(broker.port, settings=settings) as daemon,
    ):
        daemon.wait_until_told(READY)
        yield House(daemon, ears, f"http://127.0.0.1:{port}", microphone, wyoming)
        assert daemon.terminate() < 2.0
        assert "Traceback" not in daemon.log
