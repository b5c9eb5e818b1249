"""A time of day, computed from what was said: "07:30"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiced.grammar.automaton import Parts

_DAY_MINUTES = 24 * 60


def clock_time(parts: Parts) -> str:
    """The time of parts that are minutes and add up: half past seven in the evening is (30, 420, 720).

    A quarter to midnight is minus 15 minutes, which are those of the day before.
    """
    hour, minute = divmod(round(sum(part for part in parts if isinstance(part, (int, float)))) % _DAY_MINUTES, 60)
    return f"{hour:02}:{minute:02}"
