"""Fixtures that several rooms share: real parts, started for one test and gone after it."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported: tests share two cores with other work

from tests.broker import Broker
from tests.virtual_microphone import VirtualMicrophone

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_configure() -> None:
    """Heed Ctrl-C, here and in children: what a shell runs in its background is born deaf to it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def broker() -> Iterator[Broker]:
    """A running Mosquitto that lets everybody in."""
    with Broker() as running:
        yield running


@pytest.fixture
def virtual_microphone() -> Iterator[VirtualMicrophone]:
    """A running virtual microphone at 16 kHz, the default device while the test runs."""
    with VirtualMicrophone() as running:
        yield running
