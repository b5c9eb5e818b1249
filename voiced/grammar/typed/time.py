"""A time of day, computed from what was said: "07:30"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.grammar.day_parts import OpenTime

if TYPE_CHECKING:
    from voiced.grammar.automaton import Parts

_DAY_MINUTES, _NOON = 24 * 60, 12
MORNING = "morning"  # a part that says that hours are those of the clock: "seven in the morning", "two at night"


def clock_time(parts: Parts) -> str:
    """The time of parts that are minutes and add up: half past seven in the evening is (30, 420, 720).

    A quarter to midnight is minus 15 minutes, which are those of the day before.
    """
    total = round(sum(part for part in parts if isinstance(part, (int, float)))) % _DAY_MINUTES
    hour, minute = divmod(total, 60)
    written = f"{hour:02}:{minute:02}"
    # Later a date may tell which half of the day is meant.
    is_open = 1 <= hour <= _NOON and MORNING not in parts
    return OpenTime(written) if is_open else written
