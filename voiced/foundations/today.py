"""Which day and time it is, where the machine stands."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


def today() -> date:
    """The day by the machine's clock, in its own time zone."""
    return datetime.now().astimezone().date()


def now() -> str:
    """The time by the machine's clock, with its time zone: ISO 8601, to the millisecond."""
    return datetime.now().astimezone().isoformat(timespec="milliseconds")
