"""`voiced run --source FILE` that waits for nobody: frames come as soon as the event before has been answered.

    python -m tests.benchmarks.hurried run --config FILE --source FILE

An hour of sound takes minutes. The ear hears nothing while a command is recognised, so that nobody seems to start over.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

from voiced import cli, daemon
from voiced.audio import sound_file
from voiced.audio.source import Recordings
from voiced.foundations.relay import Relay

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

T = TypeVar("T")


class HandedOver(Relay[T]):
    """A relay whose source goes on when its item has been dealt with."""

    _is_awaited = False

    def _put(self, item: T) -> bool:
        goes_on = super()._put(item)
        with self._changed:
            self._changed.wait_for(lambda: self._closed or (self._is_awaited and not self._items))
        return goes_on

    def _wait(self) -> bool:
        with self._changed:
            self._is_awaited = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._items or self._ended)
            self._is_awaited = False
            return bool(self._items)


class Unpaced(Recordings):
    """Recordings as fast as they are taken."""

    def __init__(self, files: Sequence[Path]) -> None:
        super().__init__(files, sleep=lambda _seconds: None)


def main() -> int:
    """Run the daemon with both in place of its own."""
    setattr(daemon, "Relay", HandedOver)  # noqa: B010 # mypy would see what is replaced
    setattr(daemon, "Recordings", Unpaced)  # noqa: B010
    setattr(sound_file, "_at_speaking_pace", iter)  # noqa: B010
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
