"""A duration, computed from what was said: seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiced.grammar.automaton import Parts

SECONDS = {
    "second": 1,
    "minute": 60,
    "quarter": 15 * 60,  # of an hour, as one word: "Viertelstunde", "kwartier"
    "half hour": 30 * 60,
    "three quarters": 45 * 60,
    "hour": 60 * 60,
    "day": 24 * 60 * 60,
    "week": 7 * 24 * 60 * 60,
}
_NEXT_SMALLER = 60  # "one hour thirty": minutes


def seconds(parts: Parts) -> int | float:
    """The seconds of numbers and units in the order said, a whole number where it is one.

    Numbers before a unit count it, and add up: (2, 0.5, "hour"). A unit without a number is one: ("hour",). A number
    behind the last unit counts the next smaller one: (1, "hour", 30). What begins with "+" is a share of the unit
    before it: (1, "hour", "+0.5").
    """
    total, unit = 0.0, 0.0
    counted: list[float] = []
    for part in parts:
        # Numbers wait for their unit.
        if isinstance(part, (int, float)):
            counted.append(part)
        elif str(part).startswith("+"):
            total += unit * float(str(part))
        else:
            unit = SECONDS[str(part)]
            total += unit * (sum(counted) if counted else 1)
            counted.clear()
    # A tenth of a second is as fine as anybody says.
    total = round(total + sum(counted) * unit / _NEXT_SMALLER, 1)
    return int(total) if total.is_integer() else total
