"""Times that are said beside a day: "tomorrow evening at eight" means 20:00, "tomorrow at eight" 08:00.

A date and a time are two slots. Where the date names an afternoon or an evening, and the time no part of the day, the
time is settled once both are known (`settled`). What lies behind the midnight of an evening is of the next day:
"tonight at two", and "tonight at twelve". Knows no clock.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from voiced.grammar.spoken_date import SpokenDate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from voiced.flow import SlotValue

_HALF_A_DAY = 12  # hours
_MIDNIGHT = "00:00"


class Afternoon(SpokenDate):
    """A date of which the afternoon was named."""

    __slots__ = ()
    first_hour = 1


class Evening(SpokenDate):
    """A date of which the evening or the night was named; "tonight at two" is a time of the night."""

    __slots__ = ()
    first_hour = 5


class NightAfter(Evening):
    """The day that begins at the midnight of an evening."""

    __slots__ = ()

    def on(self, today: date) -> str:
        """The day after that of the evening."""
        return (date.fromisoformat(super().on(today)) + timedelta(1)).isoformat()


class OpenTime(str):
    """A time from one to twelve o'clock for which no part of the day was said."""

    __slots__ = ()


def settled(slots: dict[str, SlotValue]) -> dict[str, SlotValue]:
    """Slots whose times are those that are meant."""
    said = [each for value in slots.values() for each in _several(value)]
    later = [each for each in said if isinstance(each, (Afternoon, Evening))]
    # Hardly any command has a time, or names a part of a day.
    if not later and not any(isinstance(each, OpenTime) for each in said):
        return slots
    first_hour = min((each.first_hour for each in later), default=_HALF_A_DAY)
    found = {slot: _each(value, lambda each: _settled(each, first_hour)) for slot, value in slots.items()}
    # An evening's times are behind its midnight, or before.
    if first_hour == Evening.first_hour and any(map(_is_of_the_night, said)):
        return {slot: _each(value, _night_after) for slot, value in found.items()}
    return found


def _several(value: SlotValue) -> Iterator[object]:
    yield from value if isinstance(value, list) else (value,)


def _each(value: SlotValue, change: Callable[[SlotValue], SlotValue]) -> SlotValue:
    # A slot that was said twice holds a list.
    if isinstance(value, list):
        return type(value)([change(each) for each in value])  # type: ignore[arg-type] # JSON values are slot values
    return change(value)


def _settled(value: SlotValue, first_hour: int) -> SlotValue:
    if not isinstance(value, OpenTime):
        return value
    hour, minute = value.split(":")
    if int(hour) == _HALF_A_DAY and first_hour == Evening.first_hour:
        return f"00:{minute}"
    return f"{int(hour) + _HALF_A_DAY}:{minute}" if _HALF_A_DAY > int(hour) >= first_hour else str(value)


def _is_of_the_night(said: object) -> bool:
    is_open = isinstance(said, OpenTime)
    return said == _MIDNIGHT or (is_open and not Evening.first_hour <= int(str(said)[:2]) < _HALF_A_DAY)


def _night_after(value: SlotValue) -> SlotValue:
    return NightAfter(value) if isinstance(value, Evening) else value
