"""The microphone → frames of 80 ms; the only file that knows PortAudio. (Signatures; the bodies follow.)"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from voiced.flow import AudioFrame


@dataclass(frozen=True, slots=True)
class InputDevice:
    """Something to listen with, as PortAudio sees it."""

    index: int
    name: str
    host_api: str
    channels: int
    rate: float  # Hz, the device's own default
    chosen: bool  # the one that would be used


class Microphone:
    """An open microphone. Closing it, from any thread or a signal handler, ends `frames()`."""

    def __init__(self, device: str | int | None = None) -> None:
        """`device`: a number or part of a name of `list_devices`; None is the system's default."""

    def __enter__(self) -> Microphone:
        """Open the device; AudioError if that cannot be done."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""

    def frames(self) -> Iterator[AudioFrame]:
        """The sound until `close`; survives a device that vanishes (the time without it shows as a gap)."""
        ...

    def close(self) -> None:
        """End the sound: `frames()` ends within a tenth of a second or so."""


def list_devices(device: str | int | None = None) -> list[InputDevice]:
    """Everything that can record; the one that `device` means is marked."""
    ...
